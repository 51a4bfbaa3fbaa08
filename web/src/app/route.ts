// Addresses of the pages, read and written in one place.

export type Route =
  | { page: "board"; board: string | null; tile: string | null; every: string | null }
  | { page: "wall"; board: string | null; number: number; theme: "light" | "dark" }
  | { page: "login"; back: string }
  | { page: "setup" };

export function parseRoute(pathname: string, search: string): Route {
  const query = new URLSearchParams(search);
  const [first = "", second = ""] = pathname.split("/").filter((part) => part !== "").map(decodeURIComponent);
  if (first === "tv") {
    const number = Number.parseInt(query.get("page") ?? "1", 10);
    const theme = query.get("theme") === "light" ? "light" : "dark";
    return { page: "wall", board: second || null, number: number >= 1 ? number : 1, theme };
  }
  if (first === "login") return { page: "login", back: ownPath(query.get("back")) };
  if (first === "setup") return { page: "setup" };
  const board = first === "board" && second !== "" ? second : null;
  return { page: "board", board, tile: query.get("tile"), every: query.get("every") };
}

export function boardPath(board: string | null, tile: string | null, every: string | null): string {
  const query = new URLSearchParams();
  if (tile !== null) query.set("tile", tile);
  if (every !== null) query.set("every", every);
  const path = board === null ? "/" : `/board/${encodeURIComponent(board)}`;
  return query.size === 0 ? path : `${path}?${query}`;
}

export function wallPath(board: string, number: number, theme: "light" | "dark"): string {
  const query = new URLSearchParams();
  if (number > 1) query.set("page", String(number));
  if (theme === "light") query.set("theme", theme);
  const path = `/tv/${encodeURIComponent(board)}`;
  return query.size === 0 ? path : `${path}?${query}`;
}

export function loginPath(back: string): string {
  return back === "/" ? "/login" : `/login?${new URLSearchParams({ back })}`;
}

/** Only a path of this server: a sign-in must not lead elsewhere. */
function ownPath(text: string | null): string {
  return text !== null && /^\/(?![/\\])/.test(text) && !text.startsWith("/login") ? text : "/";
}
