import { parseRoute, type Route } from "./route";

class Router {
  route = $state.raw<Route>(here());

  constructor() {
    window.addEventListener("popstate", () => (this.route = here()));
  }

  /** A step that "back" undoes. */
  go(path: string): void {
    history.pushState(null, "", path);
    this.route = here();
  }

  /** The same place, described better. */
  replace(path: string): void {
    history.replaceState(null, "", path);
    this.route = here();
  }

  /** For a plain left click on a link of our own. */
  follow = (event: MouseEvent): void => {
    const link = event.currentTarget as HTMLAnchorElement;
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    this.go(link.pathname + link.search);
  };
}

function here(): Route {
  return parseRoute(location.pathname, location.search);
}

export const router = new Router();
