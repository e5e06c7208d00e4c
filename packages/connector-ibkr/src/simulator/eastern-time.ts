const HOUR_MS = 3_600_000;
const shifts = new Map<number, readonly [number, number]>();

/** A moment on New York's clock. */
export interface EasternTime {
  /** "2026-04-02" */
  readonly day: string;
  /** "11:08:05" */
  readonly time: string;
  readonly zone: "EST" | "EDT";
}

/** What New York's clock shows, by the rule in force since 2007. */
export function easternTime(atMs: number): EasternTime {
  const zone = zoneAt(atMs);
  const text = new Date(atMs - (zone === "EDT" ? 4 : 5) * HOUR_MS).toISOString();
  return { day: text.slice(0, 10), time: text.slice(11, 19), zone };
}

/** The moment at which New York's clock shows this; of an hour that comes twice the first. */
export function easternMs(day: string, time: string): number {
  const wallMs = Date.parse(`${day}T${time}Z`);
  const summerMs = wallMs + 4 * HOUR_MS;
  return zoneAt(summerMs) === "EDT" ? summerMs : wallMs + 5 * HOUR_MS;
}

function zoneAt(atMs: number): "EST" | "EDT" {
  const [fromMs, toMs] = summerOf(new Date(atMs).getUTCFullYear());
  return atMs >= fromMs && atMs < toMs ? "EDT" : "EST";
}

/** Second Sunday of March, 2:00 EST, to the first Sunday of November, 2:00 EDT. */
function summerOf(year: number): readonly [number, number] {
  const known = shifts.get(year);
  if (known !== undefined) return known;
  const summer = [sundayMs(year, 2, 8) + 7 * HOUR_MS, sundayMs(year, 10, 1) + 6 * HOUR_MS] as const;
  shifts.set(year, summer);
  return summer;
}

function sundayMs(year: number, month: number, earliest: number): number {
  const firstMs = Date.UTC(year, month, earliest);
  return firstMs + ((7 - new Date(firstMs).getUTCDay()) % 7) * 24 * HOUR_MS;
}
