const numberToken = Symbol("numberToken");

/** A JSON number with the digits it is to be written with; made by `exactNumber`. */
export interface ExactNumber {
  readonly [numberToken]: string;
}

/**
 * What the simulator can write as JSON. A Map becomes an object with the Map's own order of keys, so that even a
 * key like "__proto__" or "42" stands where it was put; a member that is undefined is left out.
 */
export type JsonValue =
  | null
  | boolean
  | number
  | string
  | ExactNumber
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>
  | { readonly [name: string]: JsonValue | undefined };

/**
 * A number written with exactly these digits, such as "1680777419.8115635" or "1.50": a double would lose some.
 * Throws when the text is no JSON number.
 */
export function exactNumber(text: string): ExactNumber {
  if (!/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text)) throw new TypeError(`not a JSON number: ${text}`);
  return { [numberToken]: text };
}

/** JSON text of the value, compact. */
export function jsonText(value: JsonValue): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (isExactNumber(value)) return value[numberToken];
  if (isList(value)) return `[${value.map(jsonText).join(",")}]`;
  const members = value instanceof Map ? [...value] : Object.entries(value);
  const written = members.flatMap(([name, member]: [string, JsonValue | undefined]) =>
    member === undefined ? [] : [`${JSON.stringify(name)}:${jsonText(member)}`],
  );
  return `{${written.join(",")}}`;
}

function isExactNumber(value: object): value is ExactNumber {
  return numberToken in value;
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}
