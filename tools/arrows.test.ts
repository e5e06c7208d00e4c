import { expect, it } from "vitest";
import { strayDependencies, strayImports } from "./arrows.ts";
import { parsedFile } from "./syntax.ts";
import type { WorkspacePackage } from "./workspace.ts";

// Goal: an arrow that is not allowed is found. Method: sources of made-up packages with the names of real ones.

const core = madePackage("@fillbook/core", "packages/core", ["zod"]);
const kit = madePackage("@fillbook/connector-kit", "packages/connector-kit", ["@fillbook/core", "fast-check"]);
const packages = [core, kit];

it.each([
  ["an arrow backwards", core, 'import { retry } from "@fillbook/connector-kit";'],
  ["a store in a connector's kit", kit, 'export type { M } from "@fillbook/store-memory";'],
  ["a type from nowhere", core, 'type Out = import("undici").Agent;'],
  ["a dynamic import", core, 'await import("node:fs");'],
  ["Node in core without its prefix", core, 'import { join } from "path";'],
  ["an allowed package that is not declared", core, 'import Big from "big.js";'],
  ["a declared package that is not allowed", kit, 'import fc from "fast-check";'],
  ["a path into another package", kit, 'import { x } from "../../core/src/index.ts";'],
  ["a path that is no entry point", kit, 'import { x } from "@fillbook/core/plan";'],
])("%s is found", (_name, owner, text) => expect(straying(owner, text)).toHaveLength(1));

it.each([
  ["a declared and allowed package", core, 'import { z } from "zod";'],
  ["a file of the same package", core, 'import { x } from "./plan/x.ts";'],
  ["an entry point", kit, 'import { x } from "@fillbook/core";'],
  ["Node in the kit", kit, 'import { join } from "node:path";'],
])("%s is good", (_name, owner, text) => expect(straying(owner, text)).toEqual([]));

it("a manifest that declares more than the arrows is found", () => {
  expect(strayDependencies(core)).toEqual([]);
  expect(strayDependencies(kit)).toEqual(["@fillbook/connector-kit -> fast-check"]);
});

it("Node is good in the file behind core's entry for Node, but for names without their prefix", () => {
  const strays = (text: string) => strayImports(parsedFile("packages/core/src/aes-vault.ts", text), core, packages);
  expect(strays('import { randomBytes } from "node:crypto";')).toEqual([]);
  expect(strays('import { randomBytes } from "crypto";')).toHaveLength(1);
  expect(strays('import { Agent } from "undici";')).toHaveLength(1);
});

function straying(owner: WorkspacePackage, text: string): readonly string[] {
  return strayImports(parsedFile(`${owner.folder}/src/example.ts`, text), owner, packages);
}

function madePackage(name: string, folder: string, dependencies: readonly string[]): WorkspacePackage {
  const declared = Object.fromEntries(dependencies.map((one) => [one, "^1.0.0"]));
  const manifest = { name, version: "0.0.0", exports: {}, dependencies: declared };
  return { folder, manifest, entries: [{ specifier: name, file: `${folder}/src/index.ts` }] };
}
