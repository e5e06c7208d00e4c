import { expect, it } from "vitest";
import { exportedNames, sourceFile } from "./syntax.ts";

// Goal: what the built core holds for a host is what the host takes. Method: the index is built of two parts, one of them
// without schemas; here both together are the index, and check-pack.ts weighs what is bundled of it.

const partNames = (file: string) => exportedNames(sourceFile(`packages/core/src/${file}`)).values;

it("the two parts of core's build hold every value of its index, each once", () => {
  const parts = [...partNames("plain.ts"), ...partNames("engine.ts")];
  expect(parts.sort()).toEqual([...partNames("index.ts")].sort());
});
