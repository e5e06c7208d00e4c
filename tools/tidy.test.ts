import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { build } from "tsup";
import { describe, expect, it } from "vitest";
import { parseAst } from "vitest/node";
import { strayDependencies, strayImports } from "./arrows.ts";
import {
  asksItsCaller,
  functionsUnder,
  isFinished,
  linesAtMost,
  namesItsExports,
  namesNoBroker,
  namesPages,
  onlyListsExports,
  type Rule,
  skipsWithReason,
  waitsThenAdds,
} from "./house-rules.ts";
import { type SourceFile, sourceFile } from "./syntax.ts";
import { findFiles, isThere, root, workspacePackages } from "./workspace.ts";

// Goal: the house rules hold in every file. Method: parse all of them once and ask each rule for the places that break
// it; a rule's expected answer is always "nowhere".

/** Files that may break a size rule, each with its reason. */
const excused: Readonly<Record<string, string>> = {
  "packages/store-postgres/src/migration-texts.ts": "written from the files of migrations/",
};

const packages = workspacePackages();
const files = findFiles("{packages,examples}/*/{src,test,bench}/**/*.ts")
  .concat(findFiles("tools/**/*.ts"))
  .map(sourceFile);
const tests = files.filter(({ path }) => path.endsWith(".test.ts") || path.includes("/test/"));
const sources = files.filter((file) => !tests.includes(file));
const published = sources.filter(({ path }) => /^packages\/[^/]+\/src\//.test(path));
const core = published.filter(({ path }) => path.startsWith("packages/core/"));
const entries = new Set(packages.flatMap((one) => one.entries.map((entry) => entry.file)));

describe("sizes", () => {
  it("source files have at most 250 lines", () => broken(sources, linesAtMost(250)));
  it("test files have at most 300 lines", () => broken(tests, linesAtMost(300)));
  it("functions have less than 50 lines", () => broken(files, functionsUnder(50)));
  it("every excuse names a file that is there", () => {
    expect(Object.keys(excused).filter((path) => !files.some((file) => file.path === path))).toEqual([]);
  });
});

describe("shape", () => {
  it("published code exports by name only", () => broken(published, namesItsExports));
  it("entry and index files are lists of named exports", () => {
    const lists = published.filter(({ path }) => entries.has(path) || basename(path) === "index.ts");
    broken(lists, onlyListsExports);
  });
  it("time, chance, network and environment come from the caller", () => {
    const worldly = ["clock.ts", "http.ts", "next-turn.ts"];
    broken(
      published.filter(({ path }) => !worldly.includes(basename(path)) && !path.includes("/simulator/")),
      asksItsCaller,
    );
  });
  it("nothing is added to what was read before a wait", () => broken(files, waitsThenAdds));
  it("core names no broker", () => broken(core, namesNoBroker));
  it("pages that are named are in the repository", () => {
    broken(
      files.filter(({ path }) => !path.startsWith("tools/")),
      namesPages(isThere),
    );
  });
  it("nothing is left for later", () => broken(files, isFinished));
  it("no test is skipped without a reason above it", () => broken(tests, skipsWithReason));
});

describe("arrows", () => {
  it("packages depend on nothing else than their arrows", () => {
    expect(packages.flatMap(strayDependencies)).toEqual([]);
  });
  it.each(packages)("the sources of $manifest.name import only what they may and declare", (owner) => {
    const own = published.filter(({ path }) => path.startsWith(`${owner.folder}/`));
    expect(own.flatMap((file) => strayImports(file, owner, packages))).toEqual([]);
  });
  it("core bundles for a browser, but for its entries for Node, and the bundle imports nothing", {
    timeout: 60_000,
  }, async () => {
    const entries = packages.filter((one) => one.folder === "packages/core").flatMap((one) => one.entries);
    const onNode = ["@fillbook/core/node", "@fillbook/core/otel"];
    const entryFiles = entries.filter(({ specifier }) => !onNode.includes(specifier));
    expect(entryFiles.length).toBeLessThan(entries.length);
    expect(await bundledImports(entryFiles.map((entry) => join(root, entry.file)))).toEqual([]);
  });
});

function broken(among: readonly SourceFile[], rule: Rule): void {
  expect(among.length).toBeGreaterThan(0);
  expect(among.filter(({ path }) => !(path in excused)).flatMap(rule)).toEqual([]);
}

/** Bundles the files with everything they import and answers with what the bundle still imports. */
async function bundledImports(entry: string[]): Promise<string[]> {
  const outDir = mkdtempSync(join(tmpdir(), "fillbook-browser-"));
  try {
    await build({
      ...{ entry, outDir, config: false, silent: true, clean: false, dts: false },
      ...{ format: ["esm"], platform: "browser", target: "es2022", splitting: false },
      ...{ noExternal: [/.*/], removeNodeProtocol: false, tsconfig: join(root, "tsconfig.build.json") },
    });
    return readdirSync(outDir).flatMap((name) => importsIn(readFileSync(join(outDir, name), "utf8")));
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

function importsIn(text: string): string[] {
  return parseAst(text).body.flatMap((statement) => {
    return statement.type === "ImportDeclaration" ? [statement.source.value] : [];
  });
}
