import * as z from "zod/mini";

/** A whole number from `min` to `max`, both included. */
export function wholeNumber(min: number, max: number) {
  return z.int().check(z.minimum(min), z.maximum(max));
}
