import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";

// Goal: what `migrate()` runs is what people read in `migrations/`. Method: the texts that a bundle carries are written from
// the files by UPDATE=1; without it the file on disk must be what would be written.

const folder = new URL("../migrations/", import.meta.url);
const target = new URL("../src/migration-texts.ts", import.meta.url);

const names = readdirSync(folder).sort();
const written = moduleOf(names.map((name) => [name, readFileSync(new URL(name, folder), "utf8")]));

if (process.env.UPDATE === "1") writeFileSync(target, written);

test("migration texts: the module holds the files of migrations/, in their order", async () => {
  expect(readFileSync(target, "utf8")).toBe(written);
  const { migrationTexts } = await import("../src/migration-texts.ts");
  expect(migrationTexts).toEqual(names.map((name) => readFileSync(new URL(name, folder), "utf8")));
});

function moduleOf(files: readonly (readonly [name: string, text: string])[]): string {
  const texts = files.map(([name, text]) => `  // ${name}\n  ${literal(text)},\n`);
  return `// Written from migrations/*.sql by test/migration-texts.test.ts with UPDATE=1: a bundle has no files to read.

/** The migrations in their order, the first of version 1. */
export const migrationTexts: readonly string[] = [\n${texts.join("")}];\n`;
}

/** A template literal, so that a change reads like the change of the file. */
function literal(text: string): string {
  return `\`${text.replaceAll(/[\\`]|\$\{/g, "\\$&")}\``;
}
