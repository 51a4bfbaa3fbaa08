// Who is signed in, and what the pages have to know before the first tile.

import type { BoardName, Indicator, Me, Region, Unit } from "../api/contract";
import { readBoards, readIndicators, readMe, readRegion, readSetup, readUnits, signOut } from "../api/endpoints";
import { ApiError } from "../api/request";
import { clock } from "./clock.svelte";
import { preferences } from "./preferences.svelte";
import { loginPath } from "./route";
import { router } from "./router.svelte";

export type Phase =
  | { kind: "starting" }
  | { kind: "signed-out"; expired: boolean }
  | { kind: "first-run"; codeRequired: boolean }
  | { kind: "signed-in"; me: Me }
  | { kind: "failed"; error: ApiError };

class Session {
  phase = $state.raw<Phase>({ kind: "starting" });
  region = $state.raw<Region | null>(null);
  boards = $state.raw<BoardName[]>([]);
  units = $state.raw<ReadonlyMap<string, Unit>>(new Map());
  indicators = $state.raw<ReadonlyMap<string, Indicator>>(new Map());

  async start(): Promise<void> {
    this.phase = { kind: "starting" };
    try {
      const me = await readMe();
      await this.readRegistry();
      this.phase = { kind: "signed-in", me };
    } catch (error) {
      await this.#notIn(asApiError(error));
    }
  }

  /** Names and formats; read again when a tile speaks of something new. */
  async readRegistry(): Promise<void> {
    const [region, boards, units, indicators] = await Promise.all([readRegion(), readBoards(), readUnits(), readIndicators()]);
    clock.heard(region.server_time);
    this.region = region;
    preferences.suggest(region.locale);
    this.boards = boards;
    this.units = new Map(units.map((unit) => [unit.id, unit]));
    this.indicators = new Map(indicators.map((indicator) => [indicator.id, indicator]));
  }

  /** The server no longer knows us: sign in, then come back to this place. */
  expire(): void {
    if (this.phase.kind !== "signed-in") return;
    this.phase = { kind: "signed-out", expired: true };
    router.go(loginPath(location.pathname + location.search));
  }

  async leave(): Promise<void> {
    await signOut().catch(() => undefined);
    this.phase = { kind: "signed-out", expired: false };
    router.go("/login");
  }

  async #notIn(error: ApiError): Promise<void> {
    if (error.status !== 401) {
      this.phase = { kind: "failed", error };
      return;
    }
    const setup = await readSetup().catch(() => null);
    if (setup?.needed) {
      this.phase = { kind: "first-run", codeRequired: setup.code_required };
      if (router.route.page !== "setup") router.replace("/setup");
      return;
    }
    this.phase = { kind: "signed-out", expired: false };
    if (router.route.page !== "login") router.replace(loginPath(location.pathname + location.search));
  }
}

function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, "broken_answer", String(error));
}

export const session = new Session();
