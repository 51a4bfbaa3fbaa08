import { english } from "./en";
import { indonesian, type Key } from "./id";
import type { Language } from "./language";

const WORDS: Record<Language, Record<Key, string>> = { id: indonesian, en: english };

export type Blanks = Record<string, string | number>;

/** The words of a key with its `{blanks}` filled. */
export function translate(language: Language, key: Key, blanks?: Blanks): string {
  const words = WORDS[language][key];
  if (!blanks) return words;
  return words.replace(/\{(\w+)\}/g, (whole, name: string) => String(blanks[name] ?? whole));
}
