import { session } from "../app/session.svelte";

/** The short name of a unit, or its id before its name is known. */
export function unitName(id: string): string {
  const unit = session.units.get(id);
  return unit?.short_name || unit?.name || id;
}
