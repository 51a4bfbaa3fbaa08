// Pictures of the pages, to be looked at beside ../../../shared/look: node shots.mjs ORIGIN FOLDER [NAME…]
import { mkdirSync } from "node:fs";
import { launch } from "./chromium.mjs";

const [origin = "http://127.0.0.1:8090", folder = "out", ...wanted] = process.argv.slice(2);

const SHOTS = {
  tv: { size: [1920, 1080], path: "/tv/bupati" },
  "tv-light": { size: [1920, 1080], path: "/tv/bupati?theme=light" },
  "tv-2": { size: [1920, 1080], path: "/tv/bupati?page=2" },
  "tv-720": { size: [1280, 720], path: "/tv/bupati" },
  board: { size: [1366, 768], path: "/" },
  "board-dark": { size: [1366, 768], path: "/", theme: "dark" },
  "board-table": { size: [1366, 768], path: "/", click: "text=Lihat tabel" },
  "board-1920": { size: [1920, 1080], path: "/board/semua" },
  tablet: { size: [820, 1180], path: "/", full: true },
  phone: { size: [360, 740], path: "/", full: true },
  "phone-dark": { size: [360, 740], path: "/", theme: "dark" },
  "phone-panel": { size: [360, 740], path: "/", click: ".card" },
  "phone-320": { size: [320, 640], path: "/" },
  services: { size: [1366, 768], path: "/layanan", full: true },
  "services-dark": { size: [1366, 768], path: "/layanan", theme: "dark" },
  "services-1920": { size: [1920, 1080], path: "/layanan" },
  "services-phone": { size: [360, 740], path: "/layanan", full: true },
  service: { size: [1366, 768], path: "/layanan/pbg", full: true },
  "service-dark": { size: [1366, 768], path: "/layanan/pbg", theme: "dark", full: true },
  "service-1920": { size: [1920, 1080], path: "/layanan/pbg" },
  "service-phone": { size: [360, 740], path: "/layanan/pbg", full: true },
  "service-320": { size: [320, 640], path: "/layanan/pbg" },
  "service-table": { size: [1366, 768], path: "/layanan/pbg", click: "text=Tabel" },
  cases: { size: [1366, 768], path: "/layanan/pbg/berkas?state=open", click: "summary" },
  "cases-dark": { size: [1366, 768], path: "/layanan/pbg/berkas?state=overdue", theme: "dark" },
  "cases-phone": { size: [360, 740], path: "/layanan/pbg/berkas?state=open" },
  login: { size: [1366, 768], path: "/login" },
  "login-phone": { size: [360, 740], path: "/login" },
};

mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const [name, shot] of Object.entries(SHOTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const context = await browser.newContext({ viewport: { width: shot.size[0], height: shot.size[1] }, colorScheme: shot.theme ?? "light", locale: "id-ID" });
  const page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && console.log(name, message.text()));
  page.on("pageerror", (error) => console.log(name, String(error)));
  await page.goto(origin + shot.path);
  await page.waitForTimeout(2_500);
  if (shot.click) {
    await page.locator(shot.click).first().click();
    await page.waitForTimeout(1_000);
  }
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  if (over > 0) console.log(`${name}: ${over} px too wide`);
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: shot.full ?? false });
  await context.close();
}
await browser.close();
