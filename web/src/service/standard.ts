// The published standard of a service in words.

import type { Service } from "../api/contract";
import { fullNumber } from "../format/numbers";
import type { Key } from "../language/id";
import type { Language } from "../language/language";
import { translate } from "../language/translate";

const UNITS: readonly string[] = ["minutes", "hours", "days", "working_hours", "working_days"];

/** `5 hari kerja`; empty when nothing is published. */
export function standardWords(service: Pick<Service, "standard" | "standard_unit">, language: Language): string {
  const { standard, standard_unit: unit } = service;
  if (standard === null || unit === null) return "";
  const n = fullNumber(standard, 0, language);
  return UNITS.includes(unit) ? translate(language, `standard.${unit}` as Key, { n }) : `${n} ${unit}`;
}

export function serviceName(service: Pick<Service, "name" | "name_en">, language: Language): string {
  return (language === "en" && service.name_en) || service.name;
}
