import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { exportedNames, sourceFile } from "./syntax.ts";
import { type Entry, isThere, readText, root, workspacePackages } from "./workspace.ts";

// Goal: no public name comes or goes unseen. Method: exports.json lists every name of every entry point; UPDATE=1
// rewrites it and the difference is reviewed like any other.

const LIST = "tools/exports.json";

type Names = Readonly<Record<string, "type" | "value">>;

const entries = workspacePackages().flatMap((one) => one.entries);

if (process.env.UPDATE === "1") {
  const list = Object.fromEntries(entries.filter(isWritten).map((entry) => [entry.specifier, namesOf(entry)]));
  writeFileSync(join(root, LIST), `${JSON.stringify(list, null, 2)}\n`);
}

// The file is written by the lines above.
const expected = JSON.parse(readText(LIST)) as Readonly<Record<string, Names>>;

it("every listed entry point is declared by a package", () => {
  expect(Object.keys(expected).sort()).toEqual(entries.map((entry) => entry.specifier).sort());
});

it.each(entries)("$specifier exports what is listed", (entry) => {
  expect(isWritten(entry), `${entry.file} is there`).toBe(true);
  expect(namesOf(entry)).toEqual(expected[entry.specifier]);
});

it.each(entries)("$specifier has every value that its file lists, when it is imported", async (entry) => {
  const loaded: object = await import(pathToFileURL(join(root, entry.file)).href);
  expect(Object.keys(loaded).sort()).toEqual(exportedNames(sourceFile(entry.file)).values);
});

function isWritten(entry: Entry): boolean {
  return isThere(entry.file);
}

function namesOf({ file }: Entry): Names {
  const { values, types } = exportedNames(sourceFile(file));
  const kinds = [...types.map((name) => [name, "type"] as const), ...values.map((name) => [name, "value"] as const)];
  return Object.fromEntries(kinds.sort(([left], [right]) => (left < right ? -1 : 1)));
}
