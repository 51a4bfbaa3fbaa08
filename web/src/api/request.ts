// The one way to the server over HTTP: JSON in, JSON out, a problem as a typed error.

export class ApiError extends Error {
  constructor(
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

interface Items<T> {
  items: T[];
}

/** One page of a list. */
export interface Page<T> extends Items<T> {
  /** Path of the page after it; null on the last one. */
  next: string | null;
}

/** A list longer than this is not for a screen; it also stops a server that links to itself. */
const MOST_PAGES = 50;

export async function request<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

/** All pages of a list, following its `Link` header. */
export async function requestList<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let next: string | null = path;
  for (let count = 0; next !== null && count < MOST_PAGES; count += 1) {
    const page: Page<T> = await requestPage<Items<T>>(next);
    items.push(...page.items);
    next = page.next;
  }
  return items;
}

/** A page of a list with all that the server says beside its items. */
export async function requestPage<L>(path: string): Promise<L & { next: string | null }> {
  const response = await send("GET", path);
  return { ...((await response.json()) as L), next: nextPage(response.headers.get("link")) };
}

/** The target of `rel="next"`, as a path of this server. */
export function nextPage(link: string | null): string | null {
  const found = /<([^>]+)>\s*;[^,]*rel="?next"?/.exec(link ?? "");
  if (!found?.[1]) return null;
  const url = new URL(found[1], location.origin);
  return url.pathname + url.search;
}

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json" };
  if (body !== undefined) headers["content-type"] = "application/json";
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (body !== undefined) init.body = JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch {
    throw new ApiError(0, "unreachable", "");
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as { code?: unknown; detail?: unknown };
  const code = typeof problem.code === "string" ? problem.code : `http_${response.status}`;
  return new ApiError(response.status, code, typeof problem.detail === "string" ? problem.detail : "");
}
