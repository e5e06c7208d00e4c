import { wallMsAt, zonedMs } from "./flex-zone.ts";

/**
 * The milliseconds since 1970 of a clock's reading, given as if it were UTC, beside a name of a zone such as `AEST` or `British
 * Summer Time`; null where the connection's zone is none of those that are called so, or shows another time of the year.
 *
 * A name alone may stand for several zones (`CST`, `IST`, `BST`); the connection's zone says which one it is. A name of winter or
 * summer also says which of the two it is when a clock shows an hour twice. `… Standard Time` is what programs call a zone all
 * year: TWS wrote `Central European Standard Time` in April.
 *
 * @param timeZone IANA name of the connection's zone.
 */
export function namedZoneMs(name: string, wallMs: number, timeZone: string): number | null {
  const standardMs = standardOffset(wallMs, timeZone);
  const firstMs = zonedMs(wallMs, timeZone);
  if (standardMs === null || firstMs === null) return null;
  const season = seasonOf(name, standardMs / HOUR_MS);
  if (season === null || season === "any") return season === null ? null : firstMs;
  const isMeant = (ms: number) => wallMs - ms > standardMs === (season === "summer");
  if (isMeant(firstMs)) return firstMs;
  // The clock may show the reading once more, an hour later.
  const secondMs = wallMs - standardMs;
  return season === "winter" && wallMsAt(secondMs, timeZone) === wallMs ? secondMs : null;
}

const HOUR_MS = 3_600_000;

/** Which part of the year a name speaks of. */
type Season = "winter" | "summer" | "any";

/** How far a zone's clock is ahead of UTC in winter: clocks are put forward in summer, on either half of the world. */
function standardOffset(wallMs: number, timeZone: string): number | null {
  const year = new Date(wallMs).getUTCFullYear();
  const offsets = [0, 6].map((month) => {
    const dayMs = Date.UTC(year, month, 1, 12);
    const ms = zonedMs(dayMs, timeZone);
    return ms === null ? Number.NaN : dayMs - ms;
  });
  const standardMs = Math.min(...offsets);
  return Number.isNaN(standardMs) ? null : standardMs;
}

function seasonOf(name: string, standard: number): Season | null {
  const [, region = "", kind] = LONG.exec(name) ?? [];
  if (winterNames.get(name)?.includes(standard) === true) return "winter";
  if (summerNames.get(name)?.includes(standard) === true) return "summer";
  if (regions.get(region.toLowerCase())?.includes(standard) !== true) return null;
  return kind === "Summer" || kind === "Daylight" ? "summer" : "any";
}

const LONG = /^([A-Za-z. ]{2,40}?) (?:(Standard|Summer|Daylight) )?Time$/;

/** Hours ahead of UTC in winter, of the zones that a name is used for. */
type Names = ReadonlyMap<string, readonly number[]>;

const winterNames: Names = new Map([
  ["AEST", [10]],
  ["ACST", [9.5]],
  ["AWST", [8]],
  ["LHST", [10.5]],
  ["NZST", [12]],
  ["JST", [9]],
  ["KST", [9]],
  ["HKT", [8]],
  ["SGT", [8]],
  ["MYT", [8]],
  ["PHT", [8]],
  ["WIB", [7]],
  ["ICT", [7]],
  ["PKT", [5]],
  ["GST", [4]],
  ["MSK", [3]],
  ["TRT", [3]],
  ["EAT", [3]],
  ["SAST", [2]],
  ["CAT", [2]],
  ["WAT", [1]],
  ["CET", [1]],
  ["MEZ", [1]],
  ["EET", [2]],
  ["OEZ", [2]],
  ["WET", [0]],
  ["WEZ", [0]],
  ["Greenwich Mean Time", [0]],
  ["IST", [2, 5.5]],
  ["CST", [-6, 8]],
  ["MST", [-7]],
  ["PST", [-8, 8]],
  ["AKST", [-9]],
  ["HST", [-10]],
  ["AST", [-4, 3]],
  ["NST", [-3.5]],
  ["BRT", [-3]],
  ["ART", [-3]],
]);

const summerNames: Names = new Map([
  ["AEDT", [10]],
  ["ACDT", [9.5]],
  ["LHDT", [10.5]],
  ["NZDT", [12]],
  ["BST", [0]],
  ["IST", [0]],
  ["WEST", [0]],
  ["WESZ", [0]],
  ["CEST", [1]],
  ["MEST", [1]],
  ["MESZ", [1]],
  ["EEST", [2]],
  ["OESZ", [2]],
  ["IDT", [2]],
  ["CDT", [-6]],
  ["MDT", [-7]],
  ["PDT", [-8]],
  ["AKDT", [-9]],
  ["ADT", [-4]],
  ["NDT", [-3.5]],
]);

/** What stands before `Time`, in lower case: names of Java, and those that Windows has for its zones. */
const regions: Names = new Map<string, readonly number[]>([
  ...["british", "gmt", "greenwich", "irish", "western european"].map((name) => [name, [0]] as const),
  ...["central european", "w. europe", "romance", "central europe", "middle europe"].map(
    (name) => [name, [1]] as const,
  ),
  ...["eastern european", "e. europe", "fle", "gtb", "israel", "south africa"].map((name) => [name, [2]] as const),
  ...["moscow", "russian", "turkey", "arabian", "arab"].map((name) => [name, [3, 4]] as const),
  ["gulf", [4]],
  ["india", [5.5]],
  ...["indochina", "se asia", "western indonesia"].map((name) => [name, [7]] as const),
  ...["china", "hong kong", "singapore", "malaysia", "taipei", "philippine"].map((name) => [name, [8]] as const),
  ...["australian western", "w. australia"].map((name) => [name, [8]] as const),
  ...["japan", "tokyo", "korea", "korean"].map((name) => [name, [9]] as const),
  ...["australian central", "aus central", "cen. australia"].map((name) => [name, [9.5]] as const),
  ...["australian eastern", "aus eastern", "e. australia", "tasmania"].map((name) => [name, [10]] as const),
  ["new zealand", [12]],
  ...["brasilia", "argentina", "e. south america"].map((name) => [name, [-3]] as const),
  ["atlantic", [-4]],
  ["eastern", [-5]],
  ["central", [-6]],
  ["mountain", [-7]],
  ["pacific", [-8]],
]);
