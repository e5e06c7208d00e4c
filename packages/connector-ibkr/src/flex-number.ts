import { type Decimal, parseDecimal } from "@fillbook/core";

/**
 * A number of a statement as decimal text; null for what is none. Some exports write thousands commas; nothing else is
 * forgiven: a comma in another place could be a decimal one.
 */
export function flexNumber(text: string): Decimal | null {
  if (!text.includes(",")) return parseDecimal(text);
  return GROUPED.test(text) ? parseDecimal(text.replaceAll(",", "")) : null;
}

const GROUPED = /^-?[1-9]\d{0,2}(?:,\d{3}){1,9}(?:\.\d{1,40})?$/;

/** The number without its sign. */
export function absolute(value: Decimal): Decimal {
  // Canonical text without its sign is canonical.
  return (value.startsWith("-") ? value.slice(1) : value) as Decimal;
}

/** The number with the other sign; zero has none. */
export function negated(value: Decimal): Decimal {
  if (value === "0") return value;
  // Canonical text with the other sign is canonical, since zero was taken out.
  return (value.startsWith("-") ? value.slice(1) : `-${value}`) as Decimal;
}
