// Believable data of a made-up day, for looking at the pages while the server is being built. Never shipped.

const DAY_S = 86_400;

// unit, id, title, measure, decimals, polarity, every, value, target, status, ageShare (of its rhythm), accumulates, target_high
const TILES = [
  ["Layanan", "dpmptsp", "PT-01", "Izin tepat waktu", "%", 1, "up", "week", 87.4, 95, "watch", 0.2],
  ["Layanan", "disdukcapil", "DK-01", "KTP & akta 1 hari", "%", 1, "up", "week", 97.2, 95, "above", 0.1],
  ["Layanan", "rsud", "KS-06", "Tunggu rawat jalan", "menit", 0, "down", "week", 47, 30, "late", 0.3],
  ["Pengaduan", "diskominfo", "KI-01", "Aduan tepat waktu", "%", 1, "up", "week", 91.8, 90, "good", 0.2],
  ["Pengaduan", "sdabmbk", "PU-01", "Belum diverifikasi", "%", 1, "down", "day", 11.1, 2, "late", 2.6],
  ["Pengaduan", "sdabmbk", "PU-02", "Perbaikan jalan", "hari kerja", 0, "down", "month", 16, 14, "watch", 1.4],
  ["Keuangan", "bpkad", "KU-01", "Serapan anggaran", "%", 1, "up", "week", 71.3, 75, "good", 1.5, "to_date"],
  ["Keuangan", "bapenda", "KU-02", "Realisasi PAD", "Rp", 1, "up", "month", 82_913_000_000, 88_700_000_000, "watch", 0.4, "to_date"],
  ["Keuangan", "bpkad", "KU-03", "Terbit SP2D", "hari kerja", 1, "down", "day", 1.8, 2, "good", 3.2],
  ["Aparatur dan jaringan", "diskominfo", "KI-02", "Jaringan OPD", "%", 1, "up", "day", 97.1, 99, "watch", 0.2],
  ["Aparatur dan jaringan", "bkpsdm", "KP-01", "Pegawai 20 JP", "%", 1, "up", "quarter", null, 76, "no_data", 0],
  ["Aparatur dan jaringan", "bkpsdm", "KP-02", "Kehadiran", "%", 1, "range", "day", 97.6, null, "not_rated", 0.2],
];

export const UNITS = [
  ["lampura", null, "Kabupaten Lampung Utara", "Kabupaten", "region"],
  ["dpmptsp", "lampura", "Dinas Penanaman Modal dan PTSP", "DPMPTSP", "agency"],
  ["disdukcapil", "lampura", "Dinas Kependudukan dan Pencatatan Sipil", "Disdukcapil", "agency"],
  ["rsud", "lampura", "RSUD Ryacudu", "RSUD", "technical_unit"],
  ["diskominfo", "lampura", "Dinas Komunikasi dan Informatika", "Diskominfo", "agency"],
  ["sdabmbk", "lampura", "Dinas SDA, Bina Marga, dan Bina Konstruksi", "SDABMBK", "agency"],
  ["bpkad", "lampura", "Badan Pengelola Keuangan dan Aset", "BPKAD", "agency"],
  ["bapenda", "lampura", "Badan Pendapatan Daerah", "Bapenda", "agency"],
  ["bkpsdm", "lampura", "Badan Kepegawaian dan Pengembangan SDM", "BKPSDM", "agency"],
].map(([id, parent, name, short_name, kind]) => ({ id, parent, name, short_name, kind }));

export const INDICATORS = TILES.map(([, , id, name, unit_of_measure, decimals, polarity, frequency, , , , , accumulates]) => ({
  id,
  name,
  name_en: name,
  unit_of_measure,
  decimals,
  polarity,
  frequency,
  accumulates: accumulates ?? "flow",
}));

const RHYTHM_S = { day: 3_600, week: DAY_S, month: 7 * DAY_S, quarter: 30 * DAY_S };

/** The last `count` periods up to today, oldest first. */
export function periods(every, count, now = Date.now()) {
  const today = new Date(now + 7 * 3_600_000);
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth()];
  return Array.from({ length: count }, (_, index) => {
    const back = count - 1 - index;
    if (every === "day") return new Date(today - back * DAY_S * 1_000).toISOString().slice(0, 10);
    if (every === "week") return week(new Date(today - back * 7 * DAY_S * 1_000));
    const start = (step) => new Date(Date.UTC(year, Math.floor(month / step) * step - back * step, 1));
    if (every === "month") return start(1).toISOString().slice(0, 7);
    if (every === "quarter") return `${start(3).getUTCFullYear()}-Q${start(3).getUTCMonth() / 3 + 1}`;
    if (every === "semester") return `${start(6).getUTCFullYear()}-S${start(6).getUTCMonth() / 6 + 1}`;
    return String(year - back);
  });
}

function week(date) {
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * DAY_S * 1_000);
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 4);
  const number = 1 + Math.round((thursday.getTime() - first - 3 * DAY_S * 1_000 + ((new Date(first).getUTCDay() + 6) % 7) * DAY_S * 1_000) / (7 * DAY_S * 1_000));
  return `${thursday.getUTCFullYear()}-W${String(number).padStart(2, "0")}`;
}

/** A walk that ends at `value`, bent in its last quarter when the tile is in trouble. */
function walk(seed, value, count, trouble, rising) {
  let state = seed * 2_654_435_761;
  const random = () => ((state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648);
  return Array.from({ length: count }, (_, index) => {
    const left = count - 1 - index;
    if (left === 0) return value;
    const calm = value * (1 + (random() - 0.5) * 0.08);
    if (rising) return value * (1 - left / (count + 6));
    return trouble && left < 4 ? value - (value - calm * trouble) * (left / 4) : calm * (trouble || 1);
  });
}

function valueOf(row, now) {
  const [, unit, indicator, , , , , every, value, target, status, ageShare, , target_high] = row;
  const dataAt = status === "no_data" ? null : new Date(now - ageShare * RHYTHM_S[every] * 1_000).toISOString();
  const achievement = value === null || target === null ? null : (value / target) * 100;
  const at = new Date(now).toISOString();
  return {
    unit, indicator, period: periods(every, every === "month" ? 2 : 1, now)[0], value, numerator: null, denominator: null, n: value === null ? 0 : 6,
    target, target_high: target_high ?? null, achievement, grade: null, status,
    freshness: ageShare > 2 ? "stale" : ageShare > 1 ? "aging" : "fresh", signal: null, quality: null,
    data_at: dataAt, as_of: at, computed_at: at, rules: "r1",
  };
}

const TROUBLE = { late: 0.6, watch: 1.1 };

function tileOf(row, index, now) {
  const [group, unit, indicator, title, , , polarity, every, value, , status, , accumulates] = row;
  const trouble = (TROUBLE[status] ?? 0) && (polarity === "down" ? 0.65 : 1.12);
  const values = value === null ? Array(12).fill(null) : walk(index + 3, value, 12, trouble, accumulates === "to_date");
  const spark = periods(every, 12, now).map((period, at) => ({ period, value: values[at] }));
  return { id: `${unit}:${indicator}:${every}`, group, title, value: valueOf(row, now), spark, rhythm_s: RHYTHM_S[every] };
}

export function makeBoard(id, now = Date.now()) {
  const rows = id === "semua" ? Array.from({ length: 300 }, (_, index) => wide(index)) : TILES;
  const groups = [...new Set(rows.map((row) => row[0]))];
  const title = id === "semua" ? "Semua satuan kerja" : "Papan Bupati";
  return { board: id, title, groups: groups.map((name) => ({ title: name })), tiles: rows.map((row, index) => tileOf(row, index, now)) };
}

/** 300 tiles need 300 ids: the same rows with numbered indicators. */
function wide(index) {
  const row = [...TILES[index % TILES.length]];
  row[0] = `Kelompok ${1 + Math.floor(index / 12)}`;
  if (index >= TILES.length) row[1] = `${row[1]}-${Math.floor(index / TILES.length)}`;
  return row;
}

export function series(unit, indicator, every, now = Date.now()) {
  const count = { day: 60, week: 52, month: 24, quarter: 12, semester: 10, year: 5 }[every];
  const row = TILES.find((row) => row[1] === unit && row[2] === indicator);
  if (!row) return [];
  const trouble = (TROUBLE[row[10]] ?? 0) && (row[6] === "down" ? 0.65 : 1.12);
  const values = row[8] === null ? Array(count).fill(null) : walk(TILES.indexOf(row) + 3, row[8], count, trouble, row[12] === "to_date");
  return periods(every, count, now).map((period, at) => {
    const value = at === 5 ? null : values[at];
    const share = value === null || row[9] === null ? null : row[6] === "down" ? (row[9] / value) * 100 : (value / row[9]) * 100;
    const status = value === null ? "no_data" : share === null ? "not_rated" : share < 70 ? "late" : share < 96 ? "watch" : share > 100 ? "above" : "good";
    return { ...valueOf(row, now), period, value, achievement: share, status, n: value === null ? 0 : 6 };
  });
}
