import { afterEach, describe, expect, test, vi } from "vitest";
import { ApiError, nextPage, request, requestList } from "./request";

const answers = (...responses: (Response | Error)[]) => {
  const fetching = vi.fn(async () => {
    const next = responses.shift();
    if (next === undefined || next instanceof Error) throw next ?? new Error("asked too often");
    return next;
  });
  vi.stubGlobal("fetch", fetching);
  return fetching;
};
const json = (body: unknown, init: ResponseInit = {}) => new Response(JSON.stringify(body), init);

afterEach(() => vi.unstubAllGlobals());

test("a list is read to its last page", async () => {
  const fetching = answers(json({ items: [1, 2] }, { headers: { link: '</api/v1/units?limit=2&cursor=b%20c>; rel="next"' } }), json({ items: [3] }));
  expect(await requestList("/api/v1/units")).toEqual([1, 2, 3]);
  expect(fetching.mock.calls.map((call: unknown[]) => call[0])).toEqual(["/api/v1/units", "/api/v1/units?limit=2&cursor=b%20c"]);
});

test("a link to the previous page is no next page", () => {
  expect(nextPage('</x?cursor=a>; rel="prev", </x?cursor=c>; rel="next"')).toBe("/x?cursor=c");
  expect(nextPage('</x?cursor=a>; rel="prev"')).toBeNull();
  expect(nextPage(null)).toBeNull();
});

describe("what goes wrong is an error with a code", () => {
  test("from a problem", async () => {
    answers(json({ code: "wrong_password", detail: "no" }, { status: 401 }));
    await expect(request("GET", "/x")).rejects.toMatchObject({ status: 401, code: "wrong_password", message: "no" });
  });

  test("from a proxy's page", async () => {
    answers(new Response("<h1>Bad gateway</h1>", { status: 502 }));
    await expect(request("GET", "/x")).rejects.toMatchObject({ status: 502, code: "http_502" });
  });

  test("from no answer at all", async () => {
    answers(new TypeError("failed to fetch"));
    const error = await request("GET", "/x").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 0, code: "unreachable" });
  });
});

test("an answer without content is nothing", async () => {
  answers(new Response(null, { status: 204 }));
  expect(await request("DELETE", "/api/v1/session")).toBeUndefined();
});
