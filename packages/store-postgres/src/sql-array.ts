/** A list of texts as PostgreSQL's array literal, for a parameter that the statement casts: `$1::text[]`. */
export function sqlArray(values: readonly (string | null)[]): string {
  let literal = "{";
  for (const value of values) {
    if (literal.length > 1) literal += ",";
    if (value === null) literal += "NULL";
    else literal += NEEDS_ESCAPE.test(value) ? `"${value.replace(/["\\]/g, "\\$&")}"` : `"${value}"`;
  }
  return `${literal}}`;
}

const NEEDS_ESCAPE = /["\\]/;
