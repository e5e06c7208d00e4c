import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

// Goal: the simulator shares no code with the connector, so that a mistake is not made twice. Method: read what each
// of its files imports.
test("simulator: imports nothing but its own files, Node, and types of the core", () => {
  const folder = new URL("../src/simulator/", import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(30);
  const strays = files.flatMap((name) => {
    const text = readFileSync(new URL(name, folder), "utf8");
    return [...text.matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].flatMap(([, specifier = ""]) =>
      isOwn(specifier) ? [] : [`${name}: ${specifier}`],
    );
  });
  expect(strays).toEqual([]);
});

/** `selfsigned` makes the certificate of the Client Portal face. */
function isOwn(specifier: string): boolean {
  return /^\.\/[\w-]+\.ts$/.test(specifier) || specifier.startsWith("node:") || specifier === "selfsigned";
}
