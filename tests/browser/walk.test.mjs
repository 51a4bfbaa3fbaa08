// A stranger's walk: an empty server, a folder of one's own, a key, a number, and the board that shows it.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { House, THREE_UNITS } from "./house.mjs";
import { faults, open, overflow, sameSession, takeComplaints, tooLow } from "./page.mjs";

const PASSWORD = "sebuah kalimat pendek";
const PICTURES = new URL("out/", import.meta.url).pathname;
const today = () => new Date(Date.now() + 7 * 3_600_000).toISOString().slice(0, 10);
const house = new House();
let browser, desk, key, clinicKey;

before(async () => {
  await house.start();
  browser = await launch();
  desk = await open(browser);
});
after(async () => {
  await browser?.close();
  await house.end();
});
afterEach(() => assert.deepEqual(takeComplaints(), []));

const tile = (page, name) => page.locator(".tile, .card").filter({ hasText: name }).first();
const shows = (page, name, text, timeout = 10_000) => tile(page, name).getByText(text, { exact: true }).last().waitFor({ timeout });

test("an empty server asks for its administrator and says what is wrong with the answers", async () => {
  await desk.goto(house.origin);
  await desk.getByRole("heading", { name: "Pasang Pantau" }).waitFor();
  await desk.getByLabel("Kata sandi", { exact: true }).fill("pendek");
  await desk.getByRole("button", { name: "Buat pengelola" }).click();
  await desk.getByText("paling sedikit 12 karakter; ini baru 6").waitFor();
  assert.deepEqual(await faults(desk), []);
  await desk.getByLabel("Kata sandi", { exact: true }).fill(PASSWORD);
  await desk.getByRole("button", { name: "Buat pengelola" }).click();
  await desk.getByRole("heading", { name: "Belum ada papan" }).waitFor();
  assert.match(await desk.locator("pre").last().innerText(), new RegExp(house.origin));
  assert.deepEqual(await faults(desk), []);
});

test("a folder of one's own becomes a board without data, which is never a zero", async () => {
  house.command("apply", THREE_UNITS);
  key = house.command("key", "create", "--source", "counter", "--units", "permits");
  clinicKey = house.command("key", "create", "--source", "clinic-desk", "--units", "clinic");
  // The page looks by itself while the folder is applied in a terminal.
  await desk.getByRole("heading", { name: "0 dari 4 indikator perlu perhatian" }).waitFor();
  for (const name of ["On time", "Issued", "Wait", "Beds occupied"]) await shows(desk, name, "tanpa data");
});

test("a number that is sent changes the board while one looks", async () => {
  await desk.evaluate(() => (globalThis.stayed = true));
  const sent = Date.now();
  await house.send(key, { unit: "permits", indicator: "on-time", at: today(), numerator: 18, denominator: 20 });
  await shows(desk, "On time", "90,0");
  console.log(`# from sending to the screen: ${Date.now() - sent} ms`);
  await house.send(clinicKey, { unit: "clinic", indicator: "wait", at: today(), value: 47 }, "clinic-desk");
  await shows(desk, "Wait", "47");
  await shows(desk, "Wait", "merah");
  await desk.getByRole("heading", { name: "1 dari 4 indikator perlu perhatian" }).waitFor();
  assert.equal(await desk.evaluate(() => globalThis.stayed), true);
});

test("a tile opens to its series as a chart and as a table, and the address says so", async () => {
  await tile(desk, "On time").click();
  await desk.waitForURL(/tile=permits%3Aon-time%3Aweek/);
  await desk.locator(".uplot canvas").waitFor();
  await desk.getByText("Bulan", { exact: true }).click();
  await desk.waitForURL(/every=month/);
  await desk.getByRole("button", { name: "Lihat tabel" }).click();
  await desk.getByRole("cell", { name: "90,0" }).waitFor();
  await desk.reload();
  await desk.getByRole("heading", { name: "Permits · On time" }).waitFor();
  assert.equal(await desk.getByRole("radio", { name: "Bulan" }).isChecked(), true);
  assert.deepEqual(await faults(desk), []);
});

test("keys do what a hand does", async () => {
  await desk.keyboard.press("j");
  await desk.keyboard.press("Enter");
  await desk.waitForURL(/tile=clinic%3Await%3Aweek/);
  await desk.keyboard.press("?");
  await desk.getByRole("dialog", { name: "Papan tombol" }).waitFor();
  assert.deepEqual(await faults(desk), []);
  await desk.keyboard.press("Escape");
  await desk.getByRole("dialog").waitFor({ state: "hidden" });
});

test("the wall fits its screen, whatever its size, and nothing on it is small", async () => {
  for (const size of [[1920, 1080], [1280, 720], [3840, 2160], [1366, 768]]) {
    const wall = await sameSession(browser, desk, { size });
    await wall.goto(`${house.origin}/tv/town`);
    await shows(wall, "On time", "90,0");
    assert.deepEqual(await overflow(wall), { wide: 0, high: 0 }, `at ${size}`);
    const smallest = await wall.evaluate(() => {
      const texts = [...document.querySelectorAll("body *")].filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim() !== ""));
      return Math.min(...texts.filter((element) => element.checkVisibility()).map((element) => Number.parseFloat(getComputedStyle(element).fontSize)));
    });
    const scale = Math.min(size[0] / 1920, size[1] / 1080);
    assert.ok(smallest >= 36 * scale - 0.1, `${smallest} px at ${size}`);
    assert.deepEqual(await faults(wall), [], `at ${size}`);
    if (size[0] === 1920) await wall.screenshot({ path: `${PICTURES}tv.png` });
    await wall.context().close();
  }
});

test("a phone reads it in one column, with room for a thumb", async () => {
  for (const size of [[360, 740], [320, 640]]) {
    const phone = await sameSession(browser, desk, { size, hasTouch: true });
    await phone.goto(house.origin);
    await shows(phone, "Wait", "merah");
    assert.equal((await overflow(phone)).wide, 0, `at ${size}`);
    assert.deepEqual(await tooLow(phone), []);
    await tile(phone, "Wait").click();
    await phone.getByRole("dialog").locator("canvas").first().waitFor();
    assert.deepEqual(await tooLow(phone), []);
    assert.deepEqual(await faults(phone), []);
    assert.equal((await overflow(phone)).wide, 0);
    await phone.getByRole("button", { name: "Tutup" }).click();
    await phone.context().close();
  }
});

test("dark and English hold to the same rules", async () => {
  const dark = await sameSession(browser, desk, { colorScheme: "dark" });
  await dark.goto(house.origin);
  await shows(dark, "Wait", "merah");
  assert.equal(await dark.locator("html").getAttribute("data-theme"), "dark");
  assert.deepEqual(await faults(dark), []);
  await dark.getByRole("button", { name: /Akun dan tampilan/ }).click();
  await dark.getByLabel("Bahasa").selectOption("en");
  await dark.getByRole("heading", { name: "1 of 4 indicators need attention" }).waitFor();
  assert.equal(await dark.locator("html").getAttribute("lang"), "en");
  await dark.screenshot({ path: `${PICTURES}board-dark.png` });
  await dark.context().close();
});

test("a killed server is called so within ten seconds, and comes back without a reload or a loss", async () => {
  const wall = await sameSession(browser, desk, { size: [1920, 1080] });
  await wall.goto(`${house.origin}/tv/town`);
  await wall.getByText("terhubung", { exact: true }).waitFor();
  await wall.evaluate(() => (globalThis.stayed = true));
  await house.kill();
  await wall.getByText(/^TERPUTUS sejak \d\d\.\d\d$/).waitFor({ timeout: 10_000 });
  await wall.screenshot({ path: `${PICTURES}tv-lost.png` });
  await house.start();
  // Sent while the screen may still be waiting for its next try.
  await house.send(key, { unit: "permits", indicator: "on-time", at: today(), numerator: 19, denominator: 20 });
  await wall.getByText("terhubung", { exact: true }).waitFor({ timeout: 15_000 });
  await shows(wall, "On time", "95,0");
  assert.equal(await wall.evaluate(() => globalThis.stayed), true);
  await wall.context().close();
});

test("who signs out at one screen is signed out at all, and returns to the same place", async () => {
  const wall = await sameSession(browser, desk, { size: [1920, 1080] });
  await wall.goto(`${house.origin}/tv/town?page=1`);
  await shows(wall, "On time", "95,0");
  await desk.goto(house.origin);
  await desk.getByRole("button", { name: /Akun dan tampilan/ }).click();
  await desk.getByRole("button", { name: "Keluar" }).click();
  await desk.getByRole("heading", { name: "Masuk" }).waitFor();
  await wall.waitForURL(/\/login\?back=%2Ftv%2Ftown/);
  await wall.getByText("Sesi Anda berakhir").waitFor();
  await wall.getByLabel("Nama akun").fill("admin");
  await wall.getByLabel("Kata sandi", { exact: true }).fill("bukan kata sandinya");
  await wall.getByRole("button", { name: "Masuk" }).click();
  await wall.getByText("Nama akun atau kata sandi tidak cocok").waitFor();
  assert.deepEqual(await faults(wall), []);
  await wall.getByLabel("Kata sandi", { exact: true }).fill(PASSWORD);
  await wall.getByRole("button", { name: "Masuk" }).click();
  await wall.waitForURL(/\/tv\/town/);
  await shows(wall, "On time", "95,0");
  await wall.context().close();
});

test("a board that is not there says so", async () => {
  await desk.getByLabel("Nama akun").fill("admin");
  await desk.getByLabel("Kata sandi", { exact: true }).fill(PASSWORD);
  await desk.getByRole("button", { name: "Masuk" }).click();
  await shows(desk, "On time", "95,0");
  await desk.goto(`${house.origin}/board/tidak-ada`);
  await desk.getByRole("heading", { name: "Di luar wewenang Anda." }).waitFor();
  await desk.getByRole("link", { name: "Ke papan Anda" }).click();
  await shows(desk, "On time", "95,0");
});
