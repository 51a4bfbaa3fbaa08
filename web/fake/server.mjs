// A stand-in for the server, for looking at the built pages: same paths, same policy, made-up data. Never shipped.
//   node fake/server.mjs [port] [--empty] [--pace ms] [--many] [--no-services]   (sign in with any name; the password "salah" is refused)
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { WebSocketServer } from "ws";
import { INDICATORS, makeBoard, series, UNITS } from "./data.mjs";
import { listCases, listServices, showService } from "./services.mjs";

const DIST = new URL("../dist/", import.meta.url).pathname;
const port = Number(process.argv[2] ?? 8090);
const option = (name) => process.argv.indexOf(name);
const pace = option("--pace") > 0 ? Number(process.argv[option("--pace") + 1]) : 2_000;
let empty = option("--empty") > 0;
let signedIn = option("--signed-out") < 0 && !empty;
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html";
const TYPES = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".md": "text/plain" };

const epoch = Math.random().toString(36).slice(2);
const boards = new Map(["bupati", "semua"].map((id) => [id, { seq: 0, ...makeBoard(id) }]));
let boardsExist = option("--no-boards") < 0 && !empty;

function json(response, status, body) {
  response.writeHead(status, { "content-type": status >= 400 ? "application/problem+json" : "application/json" });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

const problem = (response, status, code, detail) => json(response, status, { type: `about:blank#${code}`, title: code, status, detail, code });

async function api(request, response, url) {
  let text = "";
  for await (const part of request) text += part;
  const body = text === "" ? {} : JSON.parse(text);
  const route = `${request.method} ${url.pathname}`;
  if (route === "GET /api/v1/setup") return empty ? json(response, 200, { needed: true, code_required: true }) : problem(response, 404, "not_found", "");
  if (route === "POST /api/v1/setup") {
    if (body.code === "salah") return problem(response, 403, "wrong_code", "The code does not match.");
    empty = false;
    signedIn = true;
    return json(response, 201, {});
  }
  if (route === "POST /api/v1/session") {
    if (body.password === "salah") return problem(response, 401, "wrong_credentials", "Name or password do not match.");
    signedIn = true;
    return json(response, 200, {});
  }
  if (!signedIn) return problem(response, 401, "no_session", "Sign in.");
  switch (route) {
    case "DELETE /api/v1/session":
      signedIn = false;
      for (const viewer of viewers) viewer.socket.close(4401);
      return json(response, 204);
    case "POST /api/v1/setup/example":
      boardsExist = true;
      return json(response, 200, {});
    case "GET /api/v1/me":
      return json(response, 200, { username: "sekda", role: "administrator", unit: "*" });
    case "GET /api/v1/region":
      return json(response, 200, { name: "Kabupaten Lampung Utara", timezone: "Asia/Jakarta", locale: "id", server_time: new Date().toISOString() });
    case "GET /api/v1/boards":
      return json(response, 200, { items: boardsExist ? [...boards].map(([id, board]) => ({ id, title: board.title })) : [] });
    case "GET /api/v1/units":
      return json(response, 200, { items: UNITS });
    case "GET /api/v1/indicators":
      return json(response, 200, { items: INDICATORS });
    case "GET /api/v1/series": {
      const query = url.searchParams;
      return json(response, 200, { items: series(query.get("unit"), query.get("indicator"), query.get("every")) });
    }
    case "GET /api/v1/services":
      return json(response, 200, { items: option("--no-services") > 0 ? [] : listServices() });
    case "GET /api/v1/cases": {
      const { items, next } = listCases(url.searchParams);
      if (next !== null) response.setHeader("link", `</api/v1/cases?${new URLSearchParams({ ...Object.fromEntries(url.searchParams), cursor: next })}>; rel="next"`);
      return json(response, 200, { items });
    }
    default: {
      const service = /^GET \/api\/v1\/services\/([^/]+)$/.exec(route);
      const found = service && showService(decodeURIComponent(service[1]), url.searchParams);
      return found ? json(response, 200, found) : problem(response, 404, "not_found", "No such path.");
    }
  }
}

const server = createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname.startsWith("/api/")) return void api(request, response, url);
  const wanted = join(DIST, url.pathname);
  const path = extname(wanted) !== "" && existsSync(wanted) ? wanted : join(DIST, "index.html");
  response.writeHead(200, { "content-type": TYPES[extname(path)] ?? "application/octet-stream", "content-security-policy": POLICY });
  createReadStream(path).pipe(response);
});

const viewers = new Set();
const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "pantau.live.v1" });
server.on("upgrade", (request, socket, head) => {
  if (!signedIn) return void socket.end("HTTP/1.1 401 Unauthorized\r\n\r\n");
  sockets.handleUpgrade(request, socket, head, (live) => {
    const viewer = { socket: live, board: null };
    viewers.add(viewer);
    live.on("close", () => viewers.delete(viewer));
    live.on("message", (text) => {
      const asked = JSON.parse(text);
      const board = boards.get(asked.board);
      if (!board) return live.send(JSON.stringify({ type: "error", code: "unknown_board", detail: "no such board" }));
      viewer.board = asked.board;
      live.send(JSON.stringify({ type: "snapshot", epoch, ...board }));
    });
  });
});

setInterval(() => {
  for (const viewer of viewers) viewer.socket.send(JSON.stringify({ type: "ping", at: new Date().toISOString() }));
}, 4_000);

if (pace > 0) setInterval(() => {
  for (const [id, board] of boards) {
    const many = option("--many") > 0 ? board.tiles : [board.tiles[Math.floor(Math.random() * board.tiles.length)]];
    const changed = many.filter((tile) => tile.value.value !== null && tile.value.freshness === "fresh").map((tile) => {
      const value = tile.value.value * (1 + (Math.random() - 0.5) * 0.01);
      const at = new Date().toISOString();
      return { ...tile, value: { ...tile.value, value, data_at: at, computed_at: at } };
    });
    if (changed.length === 0) continue;
    board.seq += 1;
    board.tiles = board.tiles.map((tile) => changed.find((other) => other.id === tile.id) ?? tile);
    const text = JSON.stringify({ type: "delta", seq: board.seq, tiles: changed, removed: [] });
    for (const viewer of viewers) if (viewer.board === id) viewer.socket.send(text);
  }
}, pace);

server.listen(port, "127.0.0.1", () => console.log(`fake ready http://127.0.0.1:${port}`));
