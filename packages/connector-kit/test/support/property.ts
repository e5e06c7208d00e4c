import fc, { type IAsyncProperty } from "fast-check";
import { test as vitestTest } from "vitest";

export { fc };

/** A property as a test. A failure prints the seed that repeats it. */
export function test<Values>(name: string, property: IAsyncProperty<Values>, numRuns = 500): void {
  vitestTest(name, () => fc.assert(property, { numRuns }), 30_000);
}
