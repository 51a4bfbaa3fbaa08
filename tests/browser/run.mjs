// Runs every browser test against the built executable, one file after another.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const folder = new URL(".", import.meta.url).pathname;
const files = readdirSync(folder).filter((name) => name.endsWith(".test.mjs"));
const done = spawnSync(process.execPath, ["--test", "--test-concurrency=1", ...files], { cwd: folder, stdio: "inherit" });
process.exit(done.status ?? 1);
