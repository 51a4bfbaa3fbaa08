// The bottom line of a tile: which sign and words stand left, which right. The same order on wall and laptop.

import type { SignName } from "../look/signs";
import type { Face } from "./face";

export interface FootPart {
  sign: SignName | null;
  text: string;
  tone: "ink" | "muted" | "age";
}

export interface Foot {
  left: FootPart;
  right: FootPart | null;
}

export function footOf(face: Face, dataWord: (when: string) => string): Foot {
  const { status } = face.standing;
  const alarming = status === "late" || status === "watch";
  const state: FootPart = { sign: signOf(status), text: face.word, tone: "ink" };
  const target: FootPart | null = face.target === "" ? null : { sign: null, text: face.target, tone: "muted" };
  // A red that is old is still a red: its word stays, and the age takes the target's place.
  if (face.stale !== "") {
    if (alarming) return { left: state, right: { sign: null, text: face.stale, tone: "ink" } };
    return { left: { sign: "clock", text: face.stale, tone: "ink" }, right: target };
  }
  if (face.aging !== "") {
    if (alarming) return { left: state, right: { sign: null, text: face.aging, tone: "age" } };
    return { left: { sign: "clock", text: dataWord(face.aging), tone: "age" }, right: null };
  }
  return { left: state, right: target };
}

/** Normal has no sign: a board of good tiles is calm. */
function signOf(status: Face["standing"]["status"]): SignName | null {
  return status === "good" ? null : status;
}
