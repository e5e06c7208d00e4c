/** Amounts stay text from the broker to the screen: these functions cut and group digits, and compute nothing. */

const MINUS = "\u2212";

/** An amount with its digits grouped, rounded to at most so many places. The exact one belongs beside it. */
export function amountText(decimal: string, placesMax = 8): string {
  const isNegative = decimal.startsWith("-");
  const [whole = "0", places = ""] = (isNegative ? decimal.slice(1) : decimal).split(".");
  const sign = isNegative ? MINUS : "";
  const [shown, rest] = places.length > placesMax ? rounded(whole, places, placesMax) : [whole, places];
  const isTiny = !/[1-9]/.test(`${shown}${rest}`) && /[1-9]/.test(places);
  if (isTiny) return `${sign}<\u2009${unitText(placesMax)}`;
  const grouped = shown.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${grouped}${rest === "" ? "" : `.${rest}`}`;
}

/** Half to even, as Fillbook rounds. Whole numbers of any size: no digit gets lost. */
function rounded(whole: string, places: string, placesMax: number): readonly [string, string] {
  const kept = BigInt(whole + places.slice(0, placesMax));
  const cut = places.slice(placesMax);
  const half = `5${"0".repeat(cut.length - 1)}`;
  const isUp = cut > half || (cut === half && kept % 2n === 1n);
  const digits = String(isUp ? kept + 1n : kept).padStart(placesMax + 1, "0");
  const point = digits.length - placesMax;
  return [digits.slice(0, point), digits.slice(point)];
}

function unitText(places: number): string {
  return places === 0 ? "1" : `0.${"0".repeat(places - 1)}1`;
}

/** How many places of a price are of use: few of a large one, many of a small one. */
export function pricePlaces(price: string): number {
  const [whole = ""] = price.replace("-", "").split(".");
  if (whole === "0") return 8;
  return whole.length > 3 ? 2 : 4;
}

/** Which way an amount points, for its color. */
export function signOf(decimal: string): "up" | "down" | "flat" {
  if (decimal.startsWith("-")) return "down";
  return /[1-9]/.test(decimal) ? "up" : "flat";
}

const dateTime = new Intl.DateTimeFormat("en-GB", {
  ...{ day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", hour12: false },
});
const dateTimeYear = new Intl.DateTimeFormat("en-GB", {
  ...{ day: "2-digit", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", hour12: false },
});

/** A moment in the person's own zone: short within a year of now. */
export function momentText(instant: string): string {
  const at = new Date(instant);
  const isRecent = Math.abs(Date.now() - at.getTime()) < 300 * 86_400_000;
  return (isRecent ? dateTime : dateTimeYear).format(at).replace(",", "");
}

/** To the second, with its zone. */
export function exactMomentText(instant: string): string {
  return exact.format(new Date(instant));
}

const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });

const steps: readonly (readonly [seconds: number, unit: Intl.RelativeTimeFormatUnit, each: number])[] = [
  [60, "second", 1],
  [3600, "minute", 60],
  [86_400, "hour", 3600],
  [Number.POSITIVE_INFINITY, "day", 86_400],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

/** How long ago, or in how long. */
export function agoText(instant: string, nowMs = Date.now()): string {
  const seconds = (Date.parse(instant) - nowMs) / 1000;
  const [, unit, each] = steps.find(([limit]) => Math.abs(seconds) < limit) ?? steps[3] ?? [0, "day", 86_400];
  return unit === "second" ? (seconds < 0 ? "just now" : "now") : relative.format(Math.trunc(seconds / each), unit);
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}

export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 60_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

const connectors: Readonly<Record<string, string>> = {
  kraken: "Kraken",
  "ibkr-flex": "IBKR Flex",
  "ibkr-web": "IBKR Client Portal",
  manual: "Manual",
  ibkr: "IBKR",
};

/** A connector or broker as people call it; unknown ones by their id. */
export function providerText(id: string): string {
  return connectors[id] ?? id;
}

/** Makes control characters visible: what a broker sends must not move a cursor or hide behind another text. */
export function plainText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, (sign) => {
    return `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}
