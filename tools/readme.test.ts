import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { blocksOf } from "./doc-blocks.ts";
import { anchorsOf, localLinks, regionOf } from "./markdown.ts";
import { findFiles, isThere, readManifest, readText, workspacePackages } from "./workspace.ts";

// Goal: what a reader copies from the pages works. Method: the README's first code is a whole program, commands name
// scripts, packages and files that are there, figures are those of the benches, and every link between pages arrives.

const pages = ["*.md", "docs/**/*.md", "packages/*/*.md", "examples/*/*.md"].flatMap(findFiles);
const readme = readText("README.md");

// That it runs is a test of doc-blocks.test.ts, and of check-pack.ts with the packed packages.
it("the README's quick start is one whole program, with what it prints", () => {
  const [program] = blocksOf("README.md", readme);
  expect(program?.kind).toBe("run");
  expect(program?.output).toContain("50 new fills");
  expect(program?.code).not.toMatch(/from "\./);
});

it("the README's two commands are scripts of this repository", () => {
  const scripts = Object.keys(readManifest("package.json").scripts ?? {});
  const commands = [...readme.matchAll(/^npx -y pnpm@12 (\S+)$/gm)].map((match) => match[1]);
  expect(commands).toEqual(["demo", "test"]);
  expect(scripts).toEqual(expect.arrayContaining(commands));
});

it("every script that a page names is there", () => {
  const { scripts = {} } = readManifest("package.json");
  const named = pages.flatMap((page) => [...readText(page).matchAll(/pnpm@12 (?:run )?([a-z][\w:-]*)/g)]);
  const names = named.map((match) => match[1] ?? "").filter((name) => name !== "install" && name !== "exec");
  expect(names.filter((name) => !(name in scripts))).toEqual([]);
});

it("every program that a page's commands run is there", () => {
  const named = shellLines().flatMap((line) => [...line.matchAll(/\bnode ((?:examples|tools|packages)\/\S+)/g)]);
  expect(named.length).toBeGreaterThan(0);
  expect(named.map((match) => match[1] ?? "").filter((file) => !isThere(file))).toEqual([]);
});

it("every package of ours that a page installs is published, and every filter names a workspace", () => {
  const published = new Set(workspacePackages().map(({ manifest }) => manifest.name));
  const installed = shellLines().filter((line) => /\bnpm i\b/.test(line));
  const names = installed.flatMap((line) => [...line.matchAll(/@fillbook\/[a-z-]+/g)].map(([name]) => name));
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !published.has(name))).toEqual([]);
  const workspaces = new Set(
    findFiles("{docs,examples/*,packages/*}/package.json").map((file) => readManifest(file).name),
  );
  const filters = shellLines().flatMap((line) => [...line.matchAll(/--filter (\S+)/g)].map((match) => match[1] ?? ""));
  expect(filters.filter((name) => !workspaces.has(name))).toEqual([]);
});

it("the README's figures are those that the benches wrote", () => {
  const figures = regionOf(readme, { start: "<!-- figures:start -->", end: "<!-- figures:end -->" }) ?? "";
  const told = [...figures.matchAll(/[\d,.]*\d (?:executions\/s|MB|ms)\b/g)].map(([figure]) =>
    figure.replaceAll(",", ""),
  );
  // The file is written by the benches.
  const rows = JSON.parse(readText("bench/results.json")) as readonly {
    readonly value: number;
    readonly unit: string;
  }[];
  const measured = new Set(rows.map(({ value, unit }) => `${value} ${unit}`));
  expect(told.length).toBeGreaterThan(3);
  expect(told.filter((figure) => !measured.has(figure))).toEqual([]);
});

it.each(pages)("the links of %s arrive", (page) => {
  expect(localLinks(readText(page)).filter((link) => !arrives(page, link))).toEqual([]);
});

function arrives(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!isThere(target)) return false;
  return anchor === undefined || anchorsOf(readText(target)).includes(anchor);
}

/** The lines of all shell commands in pages. */
function shellLines(): readonly string[] {
  return pages.flatMap((page) =>
    [...readText(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, lines = ""]) => lines.split("\n")),
  );
}
