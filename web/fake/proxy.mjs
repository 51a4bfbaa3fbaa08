// The pages of web/dist before a real server, so that a changed page needs no new executable. Never shipped.
//   node fake/proxy.mjs PORT ORIGIN
import { createReadStream, existsSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { connect } from "node:net";
import { extname, join } from "node:path";

const DIST = new URL("../dist/", import.meta.url).pathname;
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const [port = "8090", origin = "http://127.0.0.1:8080"] = process.argv.slice(2);
const { hostname, port: behind } = new URL(origin);

const server = createServer((asked, answer) => {
  if (!asked.url.startsWith("/api/")) {
    const wanted = join(DIST, new URL(asked.url, origin).pathname);
    const path = extname(wanted) !== "" && existsSync(wanted) ? wanted : join(DIST, "index.html");
    answer.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream" });
    return void createReadStream(path).pipe(answer);
  }
  const through = ask({ hostname, port: behind, method: asked.method, path: asked.url, headers: asked.headers }, (got) => {
    answer.writeHead(got.statusCode, got.headers);
    got.pipe(answer);
  });
  through.on("error", () => answer.writeHead(502).end());
  asked.pipe(through);
});

server.on("upgrade", (asked, viewer, head) => {
  const through = connect(Number(behind), hostname, () => {
    const lines = Object.entries(asked.headers).map(([name, value]) => `${name}: ${value}`);
    through.write(`${asked.method} ${asked.url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    through.write(head);
    viewer.pipe(through).pipe(viewer);
  });
  through.on("error", () => viewer.destroy());
  viewer.on("error", () => through.destroy());
  viewer.on("close", () => through.destroy());
});

server.listen(Number(port), "127.0.0.1", () => console.log(`pages ready http://127.0.0.1:${port}`));
