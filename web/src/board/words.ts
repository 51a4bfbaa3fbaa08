// The words of a status and of a target.

import type { Polarity, Status, Value } from "../api/contract";
import { plainNumber } from "../format/numbers";
import type { Key } from "../language/id";
import type { Language } from "../language/language";
import { translate } from "../language/translate";

/** The word that also stands in the legend, at most 13 characters. */
export function statusWord(status: Status, language: Language): string {
  return translate(language, `status.${status}`);
}

/** What it means: `merah, jauh di bawah target`. */
export function longStatus(status: Status, polarity: Polarity, language: Language): string {
  return translate(language, longKey(status, polarity));
}

function longKey(status: Status, polarity: Polarity): Key {
  if (status === "late" || status === "watch") return `status.long.${polarity}.${status}`;
  return `status.long.${status}`;
}

/** `min. 95`, `maks. 30`, `60–85`; empty without a target. */
export function targetText(value: Value, polarity: Polarity, decimals: number, language: Language): string {
  if (value.target === null) return "";
  const target = plainNumber(value.target, decimals, language);
  if (polarity !== "range") return translate(language, `target.${polarity}`, { target });
  const high = value.target_high ?? null;
  if (high === null) return target;
  return translate(language, "target.range", { target, high: plainNumber(high, decimals, language) });
}
