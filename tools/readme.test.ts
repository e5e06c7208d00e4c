import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { anchorsOf, localLinks, regionOf } from "./markdown.ts";
import { findFiles, isThere, readManifest, readText } from "./workspace.ts";

// Goal: what a reader copies from the pages works. Method: the README's first code is the example's code, its commands
// are scripts, and every link between pages arrives.

const pages = [...findFiles("*.md"), ...findFiles("docs/**/*.md"), ...findFiles("packages/*/*.md")];
const readme = readText("README.md");

it("the README's quick start is the marked region of examples/quick-start", () => {
  const fenced = regionOf(readme, { start: "<!-- quick-start:start -->", end: "<!-- quick-start:end -->" });
  const code = /^```ts\n([\s\S]*)\n```$/.exec(fenced ?? "")?.[1];
  const sources = findFiles("examples/quick-start/src/**/*.ts").map(readText);
  const regions = sources.flatMap((text) => regionOf(text, { start: "// readme:start", end: "// readme:end" }) ?? []);
  expect(regions).toEqual([code]);
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

it.each(pages)("the links of %s arrive", (page) => {
  expect(localLinks(readText(page)).filter((link) => !arrives(page, link))).toEqual([]);
});

function arrives(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), path);
  if (!isThere(target)) return false;
  return anchor === undefined || anchorsOf(readText(target)).includes(anchor);
}
