// Believable cases of services, and what the server would count from them. Never shipped.

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const ZONE_MS = 7 * HOUR;
const BANDS = [0, 3, 6, 11, 15];

// id, name, name_en, standard, unit, owner, classes, cases a day, median hours, spread
const SERVICES = [
  ["izin-reklame", "Izin penyelenggaraan reklame", "Advertising permit", 5, "working_days", "dpmptsp", ["Papan nama", "Baliho", "Umbul-umbul"], 3, 70, 0.7],
  ["ktp-el", "Penerbitan KTP elektronik", "Electronic identity card", 24, "hours", "disdukcapil", ["Baru", "Rusak atau hilang", "Ubah data"], 34, 12, 0.8],
  ["pbg", "Persetujuan bangunan gedung (PBG)", "Building approval", 14, "days", "dpmptsp", ["Rumah tinggal", "Tempat usaha", "Gudang", "Menara", "Rumah ibadah", "Sekolah", "Klinik", "Lainnya"], 9, 230, 0.5],
  ["sip-nakes", "Izin praktik tenaga kesehatan (SIP)", "Practice licence for health workers", 7, "days", "dpmptsp", ["Bidan", "Perawat", "Dokter", "Apoteker"], 5, 96, 0.6],
  ["surat-sehat", "Surat keterangan sehat", "Health certificate", 60, "minutes", "rsud", ["Umum"], 22, 0.6, 0.5],
  ["sp4n", "Pengaduan SP4N-LAPOR!", "Complaint (SP4N-LAPOR!)", null, null, "diskominfo", ["Jalan", "Sampah", "Penerangan", "Perizinan", "Air minum"], 8, 120, 0.9],
];
const CHANNELS = ["loket", "daring", "kecamatan"];
const CLOCK_H = { minutes: 1 / 60, hours: 1, days: 24 };

const services = SERVICES.map(([id, name, name_en, standard, standard_unit, owner]) => ({ id, name, name_en, standard, standard_unit, ends_at: "decided", owner }));
const started = Date.now();
const cases = new Map(SERVICES.map((row, index) => [row[0], makeCases(row, index + 1)]));

function makeCases([service, , , standard, standardUnit, unit, classes, aDay, median, spread], seed) {
  let state = seed * 48_271;
  const random = () => ((state = (state * 16_807) % 2_147_483_647) / 2_147_483_647);
  const made = [];
  for (let back = 110; back >= 0; back -= 1) {
    const day = Math.floor((started + ZONE_MS) / DAY) * DAY - ZONE_MS - back * DAY;
    const weekday = (new Date(day + ZONE_MS).getUTCDay() + 6) % 7;
    // More of late, few at the end of the week.
    const many = Math.round(aDay * (weekday > 4 ? 0.15 : 1) * (0.7 + 0.6 * random()) * (back < 30 ? 1.15 : 1));
    for (let count = 0; count < many; count += 1) {
      const opened = day + 8 * HOUR + Math.floor(random() * 7 * HOUR);
      if (opened > started) continue;
      const what = classes[Math.floor(random() ** 1.6 * classes.length)];
      const slow = (back < 28 ? 1.35 : 1) * (what === classes[0] ? 1.15 : 0.9);
      const hours = median * slow * Math.exp(spread * gauss(random));
      const [forgotten, end] = [random() < 0.012, random()];
      const steps = [["submitted", opened]];
      const stand = (share, step) => opened + share * hours * HOUR < started && steps.push([step, opened + share * hours * HOUR]);
      stand(0.2, "completed_file");
      if (random() < 0.12 && stand(0.4, "returned")) stand(0.7, "resubmitted");
      if (!forgotten) stand(1, end < 0.04 ? "rejected" : end < 0.07 ? "withdrawn" : "decided");
      const clock = CLOCK_H[standardUnit];
      const due = clock ? opened + standard * clock * HOUR : null;
      made.push({ key: hex(random), service, unit, class: random() < 0.02 ? null : what, channel: CHANNELS[Math.floor(random() * 3)], opened, due, steps });
    }
  }
  return made.sort((a, b) => b.opened - a.opened);
}

function gauss(random) {
  return Math.sqrt(-2 * Math.log(random() || 0.5)) * Math.cos(2 * Math.PI * random());
}

function hex(random) {
  return Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join("");
}

/** As it stood at a moment. */
function standing(one, asOf) {
  const steps = one.steps.filter(([, at]) => at <= asOf);
  const [step, at] = steps.at(-1) ?? [];
  const ended = { decided: "closed", rejected: "rejected", withdrawn: "withdrawn" }[step];
  const state = ended ?? (one.due !== null && one.due < asOf ? "overdue" : "open");
  return { ...one, steps, state, end: ended ? at : null };
}

const at = (instant) => (instant === null || instant === undefined ? null : new Date(instant).toISOString());
const moment = (text, usual) => (text === null ? usual : /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) - ZONE_MS : Date.parse(text));

function asked(query) {
  const asOf = moment(query.get("as_of"), Date.now());
  const all = cases.get(query.get("service")) ?? [];
  const ofUnit = query.get("unit") === null || query.get("unit") === "lampura" ? all : all.filter((one) => one.unit === query.get("unit"));
  return { asOf, all: ofUnit.filter((one) => one.opened <= asOf).map((one) => standing(one, asOf)) };
}

function durations(spans) {
  const hours = spans.map((span) => span / HOUR).sort((a, b) => a - b);
  const quantile = (share) => {
    const place = (hours.length - 1) * share;
    const low = hours[Math.floor(place)];
    return low === undefined ? null : low + (hours[Math.ceil(place)] - low) * (place % 1);
  };
  return { n: hours.length, median_h: quantile(0.5), p90_h: quantile(0.9) };
}

const isOpen = (one) => one.end === null;
const closedIn = (all, from, to) => all.filter((one) => one.state === "closed" && one.end >= from && one.end < to);
const spans = (all) => durations(all.map((one) => one.end - one.opened));

function week(all, start, asOf) {
  const [from, to] = [start, Math.min(start + 7 * DAY, asOf + 1)];
  const closed = closedIn(all, from, to);
  const thursday = new Date(start + ZONE_MS + 3 * DAY);
  const number = 1 + Math.floor((thursday - Date.UTC(thursday.getUTCFullYear(), 0, 1)) / (7 * DAY));
  return {
    period: `${thursday.getUTCFullYear()}-W${String(number).padStart(2, "0")}`,
    starts: new Date(start + ZONE_MS).toISOString().slice(0, 10),
    opened: all.filter((one) => one.opened >= from && one.opened < to).length,
    closed: closed.length,
    dropped: all.filter((one) => one.end !== null && one.state !== "closed" && one.end >= from && one.end < to).length,
    open_at_end: all.filter((one) => one.opened < to && (one.end === null || one.end >= to)).length,
    durations: spans(closed),
  };
}

function openCase(one, asOf) {
  const { key, unit, class: what, opened, due } = one;
  return { key, unit, class: what, step: one.steps.at(-1)[0], opened_at: at(opened), age_h: (asOf - opened) / HOUR, due: at(due), left_h: due === null ? null : (due - asOf) / HOUR };
}

export function listServices() {
  return services;
}

export function showService(id, query) {
  const service = services.find((one) => one.id === id);
  if (!service) return null;
  query.set("service", id);
  const { asOf, all } = asked(query);
  const within = (one, days) => one > asOf - days * DAY && one <= asOf;
  const open = all.filter(isOpen);
  const monday = Math.floor((asOf + ZONE_MS) / DAY) * DAY - ZONE_MS - ((new Date(asOf + ZONE_MS).getUTCDay() + 6) % 7) * DAY;
  const count = Number(query.get("weeks") ?? 12);
  const clock = CLOCK_H[service.standard_unit];
  const ahead = open.filter((one) => one.due !== null && one.due >= asOf).sort((a, b) => a.due - b.due);
  const overdue = (list) => list.filter((one) => one.state === "overdue").length;
  const ages = BANDS.map((from_days, index) => {
    const to_days = BANDS[index + 1] === undefined ? null : BANDS[index + 1] - 1;
    const days = (one) => Math.floor((asOf - one.opened) / DAY);
    const inBand = open.filter((one) => days(one) >= from_days && (to_days === null || days(one) <= to_days));
    return { from_days, to_days, open: inBand.length, overdue: overdue(inBand) };
  });
  const classes = [...new Set(all.map((one) => one.class))].map((name) => {
    const of = all.filter((one) => one.class === name);
    const lying = of.filter(isOpen);
    return { class: name, opened_28d: of.filter((one) => within(one.opened, 28)).length, open: lying.length, overdue: overdue(lying), durations: spans(closedIn(of, asOf - 28 * DAY, asOf + 1)) };
  });
  return {
    service, unit: query.get("unit"), as_of: at(asOf), opened: all.length, open: open.length, overdue: overdue(open),
    opened_7d: all.filter((one) => within(one.opened, 7)).length,
    closed_7d: all.filter((one) => one.state === "closed" && within(one.end, 7)).length,
    dropped_7d: all.filter((one) => one.end !== null && one.state !== "closed" && within(one.end, 7)).length,
    durations_28d: spans(closedIn(all, asOf - 28 * DAY, asOf + 1)),
    standard_h: clock ? service.standard * clock : null,
    oldest: open.length === 0 ? null : openCase(open.at(-1), asOf),
    weeks: Array.from({ length: count }, (_, index) => week(all, monday - (count - 1 - index) * 7 * DAY, asOf)),
    ages, classes: classes.sort((a, b) => b.open - a.open).slice(0, 20),
    ahead: ahead.slice(0, 20).map((one) => openCase(one, asOf)),
    ahead_2d: ahead.filter((one) => one.due <= asOf + 2 * DAY).length,
  };
}

/** A page of cases, and the cursor of the next one. */
export function listCases(query) {
  const { asOf, all } = asked(query);
  const state = query.get("state");
  const [from, to] = [moment(query.get("from"), -Infinity), moment(query.get("to"), Infinity)];
  const found = all.filter((one) => (state === null || one.state === state || (state === "open" && one.state === "overdue")) && one.opened >= from && one.opened < to);
  const [skip, limit] = [Number(query.get("cursor") ?? 0), Number(query.get("limit") ?? 100)];
  const items = found.slice(skip, skip + limit).map((one) => ({
    key: one.key, service: one.service, unit: one.unit, state: one.state, opened_at: at(one.opened), ended_at: at(one.end), due: at(one.due),
    late: one.state === "overdue" || (one.state === "closed" && one.due !== null && one.end > one.due), age_h: ((one.end ?? asOf) - one.opened) / HOUR,
    class: one.class, channel: one.channel, area: null, steps: one.steps.map(([step, when]) => ({ step, at: at(when) })),
  }));
  return { items, next: skip + limit < found.length ? skip + limit : null };
}
