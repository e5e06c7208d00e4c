import { writeFile } from "node:fs/promises";
import { cancelSchema, executionSchema, type Normalized } from "@fillbook/core/connector";
import { expect, test } from "vitest";
import { flexContext } from "../src/flex-context.ts";
import { normalizeFlexRow } from "../src/flex-normalize.ts";
import { fixture, rowsOf } from "./support/flex-documents.ts";

// Goal: what a row becomes changes only when somebody reads the difference. Method: fixtures/*.golden.json holds what
// core reads of every row; UPDATE=1 rewrites it.
test.each([
  ["activity", "AF"],
  ["confirmations", "TCF"],
] as const)("normalize: %s.xml becomes its golden file", async (name, type) => {
  const context = flexContext({ type, account: "U7000001" });
  const rows = await rowsOf(await fixture(`${name}.xml`));
  const golden = `${JSON.stringify(
    rows.map((row) => readByCore(normalizeFlexRow(row, context))),
    null,
    2,
  )}\n`;
  if (process.env.UPDATE === "1") await writeFile(new URL(`fixtures/${name}.golden.json`, import.meta.url), golden);
  expect(JSON.parse(golden)).toEqual(JSON.parse(await fixture(`${name}.golden.json`)));
});

function readByCore(normalized: Normalized): unknown {
  if (normalized.kind === "execution") return { ...executionSchema.parse(normalized.execution), kind: "execution" };
  return normalized.kind === "cancel" ? { kind: "cancel", ...cancelSchema.parse(normalized.cancel) } : normalized;
}
