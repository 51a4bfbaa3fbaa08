// A service as the server describes it, for tests. Never part of a page.

import type { OpenCase, ServiceOverview, ServiceWeek } from "../api/contract";

export const AS_OF = "2026-11-24T07:05:09.000Z";

export function exampleCase(key: string, hoursLeft: number): OpenCase {
  const due = new Date(Date.parse(AS_OF) + hoursLeft * 3_600_000).toISOString();
  return { key, unit: "dpmptsp", class: "Bangunan", step: "completed_file", opened_at: "2026-11-12T02:00:00.000Z", age_h: 293, due, left_h: hoursLeft };
}

function week(period: string, starts: string, opened: number, closed: number, open: number): ServiceWeek {
  const durations = { n: closed, mean_h: closed === 0 ? null : 120, median_h: closed === 0 ? null : 100.8, p90_h: closed === 0 ? null : 264 };
  return { period, starts, opened, closed, dropped: 1, out: closed + 1, open_at_end: open, durations };
}

export function exampleOverview(changed: Partial<ServiceOverview> = {}): ServiceOverview {
  return {
    service: { id: "pbg", name: "Persetujuan bangunan gedung", name_en: "Building approval", standard: 10, standard_unit: "days", ends_at: "decided", owner: "dpmptsp" },
    unit: null,
    as_of: AS_OF,
    opened: 1_204,
    first_case: "2026-01-05",
    open: 168,
    with_target: 160,
    overdue: 9,
    opened_7d: 155,
    closed_7d: 135,
    dropped_7d: 12,
    out_7d: 147,
    durations_28d: { n: 540, mean_h: 120, median_h: 100.8, p90_h: 264 },
    durations_before: { n: 5_400, mean_h: 96, median_h: 90, p90_h: 200 },
    mean_change_h: 24,
    last_week: week("2026-W47", "2026-11-16", 160, 120, 160),
    standard_h: 240,
    oldest: { ...exampleCase("1n5e", -100), age_h: 504 },
    weeks: [week("2026-W46", "2026-11-09", 150, 0, 121), week("2026-W47", "2026-11-16", 160, 120, 160), week("2026-W48", "2026-11-23", 40, 31, 168)],
    backlog: { first: 121, last: 168, change: 47, mean: 149.7 },
    steps: [
      { step: "submitted", mean_h: 30, share: 0.25, usual_h: 31.2, change_h: -1.2 },
      { step: "completed_file", mean_h: 90, share: 0.75, usual_h: 64.8, change_h: 25.2 },
    ],
    overdue_classes: [
      { class: "Bangunan", overdue: 7 },
      { class: "Penelitian", overdue: 2 },
    ],
    ages: [
      { from_days: 0, to_days: 2, open: 97, overdue: 0 },
      { from_days: 3, to_days: 14, open: 62, overdue: 0 },
      { from_days: 15, to_days: null, open: 9, overdue: 9 },
    ],
    classes: [
      { class: "Penelitian", opened_28d: 50, open: 20, overdue: 2, durations: { n: 40, mean_h: 50, median_h: 48, p90_h: 96 } },
      { class: "Bangunan", opened_28d: 400, open: 148, overdue: 7, durations: { n: 500, mean_h: 125, median_h: 110, p90_h: 280 } },
    ],
    ahead: [exampleCase("7k2m", 1.9), exampleCase("3qx8", 72)],
    ahead_all: 2,
    ahead_2d: 1,
    ...changed,
  };
}
