/** Anything that survives `JSON.parse(JSON.stringify(value))` unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** JSON text with the keys of every object sorted, so that equal values have equal text. */
export function canonicalJson(value: Json): string {
  return JSON.stringify(value, (_key, inner: Json) => (isRecord(inner) ? sorted(inner) : inner));
}

function sorted(value: { readonly [key: string]: Json }): Json {
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Whether both have the same canonical text; stops at the first difference. A member that is undefined counts as absent. */
export function sameJson(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (!isHolder(left) || !isHolder(right) || Array.isArray(left) !== Array.isArray(right)) return false;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => sameJson(left[name], right[name]));
}

function isHolder(value: unknown): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null;
}

/** True for a JSON object: not null, not a list. */
export function isRecord(value: unknown): value is { readonly [key: string]: Json } {
  return isHolder(value) && !Array.isArray(value);
}
