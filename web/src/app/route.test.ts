import { describe, expect, test } from "vitest";
import { PLAIN } from "../service/links";
import { boardPath, casesPath, loginPath, parseRoute, servicePath, servicesPath, wallPath } from "./route";

function parse(path: string) {
  const url = new URL(path, "http://pantau");
  return parseRoute(url.pathname, url.search);
}

describe("an address leads back to the same place", () => {
  test.each([
    boardPath(null, null, null),
    boardPath("papan kita", "rsud:KS-06:week", "month"),
    wallPath("bupati", 1, "dark"),
    wallPath("bupati", 2, "light"),
    loginPath("/board/x?tile=a%3Ab%3Aweek"),
    boardPath("kabupaten.2026", null, null),
    servicesPath({ unit: null, as_of: "2026-11-24", known_at: null }),
    servicePath("izin / reklame", { unit: "dpmptsp", as_of: null, known_at: "2026-11-01" }),
    casesPath("sip", { ...PLAIN, state: "overdue", opened_from: "2026-11-17T07:05:09.001Z", unit: "dpmptsp", cursor: "50" }),
    casesPath("sip", { ...PLAIN, state: "closed,rejected,withdrawn", class: "", ended_from: "2026-11-16", ended_to: "2026-11-23", sort: "age" }),
  ])("%s", (path) => {
    const route = parse(path);
    const again =
      route.page === "board" ? boardPath(route.board, route.tile, route.every)
      : route.page === "wall" ? wallPath(route.board ?? "", route.number, route.theme)
      : route.page === "services" ? servicesPath(route.view)
      : route.page === "service" ? servicePath(route.service, route.view)
      : route.page === "cases" ? casesPath(route.service, route.query)
      : route.page === "login" ? loginPath(route.back)
      : "";
    expect(again).toBe(path);
  });
});

test.each(["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/login?back=/"])("a sign-in never leads to %s", (back) => {
  expect(parse(loginPath(back))).toEqual({ page: "login", back: "/" });
});

test("an id with a point does not look like a file", () => {
  const view = { unit: null, as_of: null, known_at: null };
  expect([servicePath("sip.dokter", view), wallPath("a.b", 1, "dark")]).toEqual(["/layanan/sip%2Edokter", "/tv/a%2Eb"]);
  expect(parse(servicePath("sip.dokter", view))).toMatchObject({ service: "sip.dokter" });
});

test("a state that is no state lists all cases", () => {
  expect(parse("/layanan/sip/berkas?state=lost")).toMatchObject({ page: "cases", query: { state: null } });
});

test("an unknown path is the board, a wall page that is no number the first", () => {
  expect(parse("/apa/ini")).toEqual({ page: "board", board: null, tile: null, every: null });
  expect(parse("/tv/bupati?page=x")).toMatchObject({ page: "wall", number: 1, theme: "dark" });
});
