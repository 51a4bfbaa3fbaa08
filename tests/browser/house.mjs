// A real `pantau serve` on an empty store of its own, as a stranger would run it. Never `demo`.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = new URL("../../", import.meta.url).pathname;
const PANTAU = process.env.PANTAU ?? join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "release/pantau");
/** The contract gives a start far less; a machine that also compiles may need it. */
const START_MS = 30_000;

export const THREE_UNITS = join(ROOT, "tests/data/three-units");

export class House {
  #folder = mkdtempSync(join(tmpdir(), "pantau-browser-"));
  #process = null;
  #pages = null;
  #listen = "127.0.0.1:0";
  #timezone;
  origin = "";

  constructor({ timezone = "Asia/Jakarta" } = {}) {
    this.#timezone = timezone;
  }

  get #environment() {
    const store = `sqlite://${join(this.#folder, "pantau.db")}`;
    return { ...process.env, PANTAU_STORE__URL: store, PANTAU_REGION__NAME: "Town of Eastbrook", PANTAU_REGION__TIMEZONE: this.#timezone };
  }

  async start() {
    const child = spawn(PANTAU, ["serve", "--listen", this.#listen], { cwd: this.#folder, env: this.#environment, stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    let said = "";
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no ready line within ${START_MS} ms; it said: ${said}`)), START_MS);
      const hear = (text) => {
        said += text;
        const found = /^ready (http:\/\/\S+)$/m.exec(said);
        if (!found) return;
        clearTimeout(late);
        this.origin = found[1];
        resolve();
      };
      child.stdout.setEncoding("utf8").on("data", hear);
      child.stderr.setEncoding("utf8").on("data", (text) => (said += text));
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`serve ended with ${code}: ${said}`)));
    });
    // The same address after a restart, as behind a name.
    this.#listen = new URL(this.origin).host;
    this.#showNewPages();
  }

  /** With PAGES=PORT the pages come from web/dist as it is, for work on them between two builds of the executable. */
  #showNewPages() {
    const port = process.env.PAGES;
    if (!port) return;
    this.#pages ??= spawn(process.execPath, [join(ROOT, "web/fake/proxy.mjs"), port, this.origin], { stdio: "ignore" });
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** A place in the folder in which commands run. */
  path(name) {
    return join(this.#folder, name);
  }

  write(name, content) {
    writeFileSync(this.path(name), content);
  }

  /** As a power cut would. */
  async kill() {
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill("SIGKILL");
    await ended;
  }

  /** Runs a command beside the server and gives what it printed. */
  command(...parts) {
    const done = spawnSync(PANTAU, parts, { cwd: this.#folder, env: this.#environment, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`pantau ${parts.join(" ")} ended with ${done.status}: ${done.stderr}`);
    return done.stdout.trim();
  }

  async send(key, data, source = "counter") {
    const event = { specversion: "1.0", type: "pantau.sample.v1", source, id: crypto.randomUUID(), data };
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/cloudevents+json" };
    const answer = await fetch(`${this.origin}/api/v1/events`, { method: "POST", headers, body: JSON.stringify(event) });
    const body = await answer.json();
    if (answer.status !== 200 || body.accepted !== 1) throw new Error(`${answer.status} ${JSON.stringify(body)}`);
  }

  async end() {
    if (this.#process?.exitCode === null) await this.kill();
    this.#pages?.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
