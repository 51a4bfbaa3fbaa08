// Fails the build when a page grows past what a phone on a village network should wait for.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { brotli, filesBelow } from "./compress.mjs";

const DIST = new URL("../dist/", import.meta.url).pathname;
/** Script and style that stand in front of the first tile. */
const ENTRY_BYTES = 60 * 1024;
/** One chunk that is loaded when it is asked for. */
const LAZY_BYTES = 45 * 1024;

const html = readFileSync(`${DIST}index.html`, "utf8");
const sizes = filesBelow(`${DIST}assets`)
  .filter((path) => /\.(js|css)$/.test(path))
  .map((path) => ({ name: basename(path), bytes: brotli(readFileSync(path)).length, entry: html.includes(basename(path)) }));
const entry = sizes.filter((file) => file.entry).reduce((sum, file) => sum + file.bytes, 0);

for (const file of sizes) console.log(`${file.entry ? "entry" : "lazy "} ${(file.bytes / 1024).toFixed(1).padStart(6)} KB  ${file.name}`);
console.log(`entry ${(entry / 1024).toFixed(1).padStart(6)} KB  together, brotli, of ${ENTRY_BYTES / 1024}`);

const heavy = sizes.filter((file) => !file.entry && file.bytes > LAZY_BYTES);
for (const file of heavy) console.error(`${file.name} is ${file.bytes} bytes after brotli; a lazy chunk may have ${LAZY_BYTES}. Split it.`);
if (entry > ENTRY_BYTES) console.error(`The entry is ${entry} bytes after brotli; it may have ${ENTRY_BYTES}. Load something later.`);
if (entry > ENTRY_BYTES || heavy.length > 0) process.exit(1);
