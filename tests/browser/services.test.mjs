// A service from its file of cases to the pages: what is read is what was brought in, and every figure opens its cases.
import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { after, afterEach, before, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { launch } from "./chromium.mjs";
import { House, THREE_UNITS } from "./house.mjs";
import { faults, open, overflow, sameSession, takeComplaints, tooLow } from "./page.mjs";

const PASSWORD = "sebuah kalimat pendek";
const PICTURES = new URL("out/", import.meta.url).pathname;
const CITY = new URL("../data/boston311_2015_h1/", import.meta.url).pathname;
/** The end of a week of the city's file, in which it is known what was open. */
const THEN = "2015-06-21T23:59:59.999Z";
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const BEGAN = Date.now();
const house = new House({ timezone: "UTC" });
let browser, desk;

const SERVICES = "id,name,name_en,standard,standard_unit,ends_at,calendar,owner\npermit,Izin usaha,Business permit,5,days,decided,,permits\nletter,Surat keterangan,Letter,3,working_days,decided,,clinic\n";
const mapping = (source, service, columns) => `
kind = "cases"
source = "${source}"
timezone = "UTC"
time_format = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S%.3fZ"]
service = { value = "${service}"${service === "311" ? ", create = true" : ""} }
${columns}
`;
const CITY_COLUMNS = 'id = "case_id"\nunit = { column = "department", create = true }\nsteps = { submitted = "opened", closed = "closed" }\ndue = { column = "target" }\nfields = { class = "type" }';
const OWN_COLUMNS = 'id = "no"\nunit = { value = "permits" }\nsteps = { submitted = "in", decided = "out" }\nfields = { class = "class" }';

/** 60 cases: opened 1 to 30 days ago, two a day; both decided two days later, but for the first of every fifth day. */
function ownCases() {
  const rows = Array.from({ length: 60 }, (_, index) => {
    const [day, second] = [1 + Math.floor(index / 2), index % 2 === 1];
    const opened = BEGAN - day * DAY + (second ? HOUR : 0);
    const decided = opened + 2 * DAY < BEGAN && (second || day % 5 !== 0) ? new Date(opened + 2 * DAY).toISOString() : "";
    return `${index + 1},${new Date(opened).toISOString()},${decided},${second ? "Toko" : "Gudang"}`;
  });
  return `no,in,out,class\n${rows.join("\n")}\n`;
}

before(async () => {
  await house.start();
  browser = await launch();
  desk = await open(browser);
  await desk.goto(house.origin);
  await desk.getByLabel("Kata sandi", { exact: true }).fill(PASSWORD);
  await desk.getByRole("button", { name: "Buat pengelola" }).click();
  await desk.getByRole("heading", { name: "Belum ada papan" }).waitFor();
});
after(async () => {
  await browser?.close();
  await house.end();
});
afterEach(() => assert.deepEqual(takeComplaints(), []));

const read = async (path) => {
  const answer = await desk.request.get(`${house.origin}${path}`);
  assert.equal(answer.status(), 200, path);
  return answer.json();
};
const go = (page, path) => page.goto(`${house.origin}${path}`);
/** A page whose time can be moved on. */
async function timed(path) {
  const page = await sameSession(browser, desk);
  await page.clock.install();
  await go(page, path);
  await page.locator("main:not([aria-busy=true]) h1").first().waitFor();
  return page;
}
/** How many cases the list behind a link holds. */
async function behind(link) {
  const url = new URL(await link.getAttribute("href"), house.origin);
  const service = /^\/layanan\/([^/]+)\/berkas$/.exec(url.pathname)[1];
  url.searchParams.set("service", decodeURIComponent(service));
  let count = 0;
  for (let cursor = 0; ; cursor += 1_000) {
    const { items, total } = await read(`/api/v1/cases?${url.searchParams}&limit=1000&cursor=${cursor}`);
    count += items.length;
    if (items.length < 1_000) {
      assert.equal(count, total, "as many as the list says");
      return count;
    }
  }
}
/** A figure that is no count has its count beside it as a hint. */
async function opensWhatItSays(figure) {
  const hint = await figure.getAttribute("title");
  const [text, href] = [await figure.innerText(), await figure.getAttribute("href")];
  assert.equal(await behind(figure), number(hint ?? text), `${text}: ${href}`);
}
const number = (text) => Number(text.replaceAll(".", "").match(/\d+/)[0]);

test("without services the page says how to bring some", async () => {
  await go(desk, "/layanan");
  await desk.getByRole("heading", { name: "Belum ada layanan" }).waitFor();
  await desk.getByText("pantau import cases").waitFor();
  assert.deepEqual(await faults(desk), []);
});

test("a folder and a file of cases become a list of services that leads to each", async () => {
  cpSync(THREE_UNITS, house.path("town"), { recursive: true });
  house.write("town/services.csv", SERVICES);
  house.command("apply", "town");
  house.write("own.toml", mapping("permit-desk", "permit", OWN_COLUMNS));
  house.write("own.csv", ownCases());
  assert.equal(JSON.parse(house.command("import", "cases", "--mapping", "own.toml", "own.csv")).accepted, 60);
  await desk.getByRole("link", { name: "Papan" }).click();
  await desk.getByRole("heading", { name: /indikator perlu perhatian/ }).waitFor();
  await desk.getByRole("link", { name: "Layanan", exact: true }).click();
  await desk.getByText(/^2 layanan, \d+ berkas terbuka, \d+ lewat tenggat$/).waitFor();
  const row = desk.getByRole("row", { name: /Izin usaha/ });
  const overview = await read("/api/v1/services/permit");
  const cells = await row.getByRole("cell").allInnerTexts();
  assert.deepEqual([0, 1, 3, 4].map((place) => cells[place]), [overview.open, overview.overdue, overview.opened_7d, overview.out_7d].map(String));
  for (const figure of await row.locator("a.fig").all()) await opensWhatItSays(figure);
  // Three working days cannot be counted without a calendar, so nothing is compared with them.
  assert.match(await desk.getByRole("row", { name: /Surat keterangan/ }).innerText(), /3 hari kerja/);
  assert.deepEqual(await faults(desk), []);
  await desk.screenshot({ path: `${PICTURES}services.png` });
  await row.getByRole("link", { name: "Izin usaha" }).click();
  await desk.getByRole("heading", { name: "Izin usaha", level: 1 }).waitFor();
  assert.equal(await desk.evaluate(() => document.activeElement?.id), "services");
});

test("every figure of a service opens as many cases as it says", async () => {
  await go(desk, "/layanan/permit");
  await desk.getByRole("heading", { name: "Izin usaha", level: 1 }).waitFor();
  const tables = desk.getByRole("button", { name: /Lihat tabel/ });
  for (let left = await tables.count(); left > 0; left -= 1) await tables.first().click();
  const figures = await desk.locator("a.fig:not(.key)").all();
  assert.ok(figures.length > 60, `${figures.length} figures`);
  for (const figure of figures) await opensWhatItSays(figure);
  for (const key of await desk.locator("a.key").all()) assert.equal(await behind(key), 1);
  assert.deepEqual(await faults(desk), []);
});

test("a case that is decided leaves the page without a reload", async () => {
  const page = await timed("/layanan/permit");
  const { open: before } = await read("/api/v1/services/permit");
  const fact = page.getByRole("definition").getByRole("link").first();
  assert.equal(await fact.innerText(), String(before));
  await page.evaluate(() => (globalThis.stayed = true));
  house.write("own.csv", ownCases().replace(/^1,([^,]+),,/m, (_, opened) => `1,${opened},${new Date().toISOString()},`));
  assert.equal(JSON.parse(house.command("import", "cases", "--mapping", "own.toml", "own.csv")).updated, 1);
  await page.clock.fastForward(30_000);
  await fact.filter({ hasText: new RegExp(`^${before - 1}$`) }).waitFor();
  assert.equal(await page.evaluate(() => globalThis.stayed), true);
  await page.context().close();
});

test("the chart reads its points by keys, and the point leads to its cases", async () => {
  await go(desk, "/layanan/permit");
  const chart = desk.getByRole("group", { name: /^Berkas terbuka dari/ });
  await chart.focus();
  await desk.keyboard.press("ArrowLeft");
  await desk.keyboard.press("ArrowLeft");
  const panel = desk.getByRole("region", { name: "Berkas terbuka", exact: true });
  const said = await panel.locator(".read b").innerText();
  const weeks = (await read("/api/v1/services/permit")).weeks;
  assert.equal(said, `${weeks.at(-2).open_at_end} terbuka`);
  assert.equal(await behind(panel.getByRole("link", { name: "Lihat berkas" })), weeks.at(-2).open_at_end);
});

test("the list of cases pages, says its states, and tells no number of a file", async () => {
  await go(desk, "/layanan/permit/berkas");
  await desk.getByRole("heading", { name: "Semua berkas" }).waitFor();
  assert.equal(await desk.locator("tbody tr").count(), 50);
  await desk.getByRole("link", { name: "Halaman berikutnya" }).click();
  await desk.getByText("51–60 dari 60, terbaru dahulu").waitFor();
  await desk.locator("summary").first().click();
  await desk.getByRole("list", { name: "Langkah" }).first().getByText("diputus").waitFor();
  await desk.getByRole("link", { name: "Lewat", exact: true }).click();
  await desk.getByRole("heading", { name: "Berkas lewat tenggat" }).waitFor();
  const { overdue } = await read("/api/v1/services/permit");
  assert.equal(await desk.locator("tbody tr").count(), overdue);
  assert.match(await desk.locator("tbody th").first().innerText(), /^[0-9a-f]{16}$/);
  assert.deepEqual(await faults(desk), []);
  await desk.getByRole("link", { name: "Ditarik" }).click();
  await desk.getByText("Tidak ada berkas seperti ini.").waitFor();
});

test("a city's half year is shown as it stood, and agrees with what is known of it", async () => {
  house.write("city.toml", mapping("city-311", "311", CITY_COLUMNS));
  house.write("city.csv", gunzipSync(readFileSync(`${CITY}cases.csv.gz`)));
  assert.equal(JSON.parse(house.command("import", "cases", "--mapping", "city.toml", "city.csv")).accepted, 57_123);
  await go(desk, `/layanan/311?as_of=${THEN}`);
  await desk.getByText("Keadaan 21 Jun 2015 23.59").waitFor();
  await desk.getByRole("button", { name: "Berkas terbuka: Lihat tabel" }).click();
  const rows = await desk.getByRole("region", { name: "Berkas terbuka", exact: true }).locator("tbody tr").all();
  assert.equal(rows.length, 12);
  const known = expectedBacklog();
  for (const row of rows) {
    const cells = await row.getByRole("cell").allInnerTexts();
    const week = Number((await row.getByRole("rowheader").innerText()).match(/Mg (\d+)/)[1]);
    assert.deepEqual([number(cells[1]), number(cells[3])], known.get(week), `week ${week}`);
  }
  const open = desk.getByRole("link", { name: String(known.get(25)[1]).replace(/(\d)(\d{3})$/, "$1.$2"), exact: true }).first();
  assert.equal(await behind(open), known.get(25)[1]);
  await desk.screenshot({ path: `${PICTURES}service-city.png`, fullPage: true });
  assert.deepEqual(await faults(desk), []);
});

/** Closed in each week and open at its end, over all departments. */
function expectedBacklog() {
  const [head, ...lines] = readFileSync(`${CITY}expected_backlog_by_department.csv`, "utf8").trim().split("\n");
  const names = head.split(",");
  const sums = new Map();
  for (const line of lines) {
    const row = Object.fromEntries(line.split(",").map((cell, index) => [names[index], cell]));
    const monday = Date.parse(row.week);
    const week = 1 + Math.round((monday - Date.parse("2014-12-29")) / (7 * DAY));
    const [closed, open] = sums.get(week) ?? [0, 0];
    sums.set(week, [closed + Number(row.closed_in_week), open + Number(row.open_at_week_end)]);
  }
  return sums;
}

test("it fits a phone, a laptop and a large screen, light and dark, in both languages", async () => {
  const paths = ["/layanan", "/layanan/permit", `/layanan/311?as_of=${THEN}`, "/layanan/permit/berkas?state=open"];
  for (const [size, colorScheme] of [[[320, 640], "light"], [[360, 740], "dark"], [[641, 900], "light"], [[761, 900], "light"], [[1100, 700], "dark"], [[1366, 768], "dark"], [[1920, 1080], "light"]]) {
    const page = await sameSession(browser, desk, { size, colorScheme, hasTouch: size[0] < 640 });
    for (const path of paths) {
      await go(page, path);
      await page.locator("main:not([aria-busy=true]) h1").first().waitFor();
      assert.equal((await overflow(page)).wide, 0, `${path} at ${size}`);
      assert.deepEqual(await faults(page), [], `${path} at ${size}`);
      if (size[0] < 640) assert.deepEqual(await tooLow(page), [], `${path} at ${size}`);
    }
    if (size[0] === 360) await page.screenshot({ path: `${PICTURES}services-phone.png` });
    await page.context().close();
  }
  const english = await sameSession(browser, desk);
  await go(english, "/layanan/permit");
  await english.getByRole("button", { name: /Akun dan tampilan/ }).click();
  await english.getByLabel("Bahasa").selectOption("en");
  await english.getByRole("heading", { name: "Business permit" }).waitFor();
  assert.deepEqual(await faults(english), []);
  await english.context().close();
});

test("a server that goes away is said, the figures stay, and it comes back by itself", async () => {
  const page = await timed("/layanan/permit/berkas?state=open");
  await page.locator("tbody tr").first().waitFor();
  await house.kill();
  await page.clock.fastForward(30_000);
  await page.getByText(/^Tidak dapat diperbarui sejak/).waitFor();
  assert.ok((await page.locator("tbody tr").count()) > 0);
  assert.deepEqual(await faults(page), []);
  await house.start();
  await page.getByText("terhubung", { exact: true }).waitFor({ timeout: 20_000 });
  await page.context().close();
});

test("a service that is not there says so", async () => {
  await go(desk, "/layanan/tidak-ada");
  await desk.getByRole("heading", { name: "Layanan ini tidak ada." }).waitFor();
  await desk.getByRole("link", { name: "Semua layanan" }).click();
  await desk.getByText(/^3 layanan/).waitFor();
});
