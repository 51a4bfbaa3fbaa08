// A service as the server describes it, for tests. Never part of a page.

import type { OpenCase, ServiceOverview, ServiceWeek } from "../api/contract";

export const AS_OF = "2026-11-24T07:05:09.000Z";

export function exampleCase(key: string, hoursLeft: number): OpenCase {
  const due = new Date(Date.parse(AS_OF) + hoursLeft * 3_600_000).toISOString();
  return { key, unit: "dpmptsp", class: "Bangunan", step: "completed_file", opened_at: "2026-11-12T02:00:00.000Z", age_h: 293, due, left_h: hoursLeft };
}

function week(period: string, starts: string, opened: number, closed: number, open: number): ServiceWeek {
  const durations = { n: closed, median_h: closed === 0 ? null : 100.8, p90_h: closed === 0 ? null : 264 };
  return { period, starts, opened, closed, dropped: 1, open_at_end: open, durations };
}

export function exampleOverview(changed: Partial<ServiceOverview> = {}): ServiceOverview {
  return {
    service: { id: "pbg", name: "Persetujuan bangunan gedung", name_en: "Building approval", standard: 10, standard_unit: "days", ends_at: "decided", owner: "dpmptsp" },
    unit: null,
    as_of: AS_OF,
    opened: 1_204,
    open: 168,
    overdue: 9,
    opened_7d: 155,
    closed_7d: 135,
    dropped_7d: 12,
    durations_28d: { n: 540, median_h: 100.8, p90_h: 264 },
    standard_h: 240,
    oldest: { ...exampleCase("1n5e", -100), age_h: 504 },
    weeks: [week("2026-W46", "2026-11-09", 150, 0, 121), week("2026-W47", "2026-11-16", 160, 120, 160), week("2026-W48", "2026-11-23", 40, 31, 168)],
    ages: [
      { from_days: 0, to_days: 2, open: 97, overdue: 0 },
      { from_days: 3, to_days: 14, open: 62, overdue: 0 },
      { from_days: 15, to_days: null, open: 9, overdue: 9 },
    ],
    classes: [
      { class: "Penelitian", opened_28d: 50, open: 20, overdue: 2, durations: { n: 40, median_h: 48, p90_h: 96 } },
      { class: "Bangunan", opened_28d: 400, open: 148, overdue: 7, durations: { n: 500, median_h: 110, p90_h: 280 } },
    ],
    ahead: [exampleCase("7k2m", 1.9), exampleCase("3qx8", 72)],
    ahead_2d: 1,
    ...changed,
  };
}
