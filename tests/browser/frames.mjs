// How smoothly 300 tiles run at 10 deltas a second, all tiles in each: node frames.mjs. Prints one JSON line; records, gates nothing.
import { spawn } from "node:child_process";
import { launch } from "./chromium.mjs";

const PORT = process.env.PORT ?? "8093";
const WATCHED_MS = 10_000;
const WEB = new URL("../../web/", import.meta.url).pathname;

const feed = spawn(process.execPath, ["fake/server.mjs", PORT, "--many", "--pace", "100"], { cwd: WEB, stdio: ["ignore", "pipe", "inherit"] });
await new Promise((resolve) => feed.stdout.once("data", resolve));
const browser = await launch();
try {
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.goto(`http://127.0.0.1:${PORT}/board/semua`);
  await page.locator(".tile").nth(299).waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable");
  const metric = async (name) => (await session.send("Performance.getMetrics")).metrics.find((found) => found.name === name).value;
  const busyBefore = await metric("TaskDuration");
  const frames = await page.evaluate((watched) => new Promise((done) => {
    const times = [];
    const step = (now) => {
      times.push(now);
      if (now - times[0] < watched) requestAnimationFrame(step);
      else done(times);
    };
    requestAnimationFrame(step);
  }), WATCHED_MS);
  const busy = (await metric("TaskDuration")) - busyBefore;
  const gaps = frames.slice(1).map((time, index) => time - frames[index]).sort((a, b) => a - b);
  const seconds = (frames.at(-1) - frames[0]) / 1_000;
  const round = (number) => Number(number.toFixed(1));
  console.log(JSON.stringify({ tiles: 300, deltas_per_s: 10, fps: round(gaps.length / seconds), frame_p95_ms: round(gaps[Math.floor(gaps.length * 0.95)]), main_thread_percent: round((busy / seconds) * 100), heap_mb: round((await metric("JSHeapUsedSize")) / 1e6) }));
} finally {
  await browser.close();
  feed.kill();
}
