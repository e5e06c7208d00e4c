import { describe, expect, it } from "vitest";
import { type Home, homeProblems } from "./home.ts";
import { localLinks } from "./markdown.ts";
import { readText, workspacePackages } from "./workspace.ts";

// Goal: what npm is told about every package. Method: the manifests and settings are read as the tools read them; the
// packed packages themselves are tried by check-pack.ts.

const packages = workspacePackages().map(({ folder }) => ({
  folder,
  // Manifests of this repository, which its package manager has read before.
  manifest: JSON.parse(readText(`${folder}/package.json`)) as {
    readonly [field: string]: unknown;
    readonly name: string;
    readonly keywords?: readonly string[];
    readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  } & Home,
}));

describe.each(packages)("$manifest.name", ({ folder, manifest }) => {
  it("is published for all, with provenance where it has a home", () => {
    expect(manifest.publishConfig).toMatchObject({ access: "public" });
    expect(manifest.private).toBeUndefined();
    expect(homeProblems(manifest)).toEqual([]);
  });
  it("is found by its keywords, and its page leads to the documentation", () => {
    expect(manifest.keywords).toEqual(expect.arrayContaining(["fillbook"]));
    expect(new Set(manifest.keywords).size).toBeGreaterThan(3);
    const links = localLinks(readText(`${folder}/README.md`));
    expect(links).toContain("../../docs/README.md");
  });
  it("says its license, its Node, its kind of modules and what is in it", () => {
    expect(manifest).toMatchObject({
      license: "MIT",
      type: "module",
      engines: { node: ">=22.13" },
      sideEffects: false,
    });
    expect(manifest.files).toEqual(expect.arrayContaining(["dist", "src"]));
  });
});

const url = "git+https://git.example/fillbook.git";
const home = { homepage: "https://git.example/fillbook", bugs: "https://git.example/fillbook/issues" };
const withProvenance = { provenance: true };

it.each([
  [{}, []],
  [{ publishConfig: { provenance: false } }, []],
  [{ ...home, repository: { url }, publishConfig: withProvenance }, []],
  [{ publishConfig: withProvenance }, ["provenance is set without repository.url"]],
  [{ repository: { url: "" }, publishConfig: withProvenance }, ["provenance is set without repository.url"]],
  [{ repository: { type: "git" }, publishConfig: withProvenance }, ["provenance is set without repository.url"]],
  [{ ...home, repository: { url } }, ["repository.url is set, provenance is not"]],
  [{ ...home }, ["homepage is set without repository.url", "bugs is set without repository.url"]],
  [
    { repository: { url }, publishConfig: withProvenance },
    ["repository.url is set, homepage is not", "repository.url is set, bugs is not"],
  ],
])("a home is set whole or not at all: %j", (manifest, problems) => {
  expect(homeProblems(manifest)).toEqual(problems);
});

// By name: a pattern would also match the private workspaces, which have no version, and then no release can be made.
it("one version is released for all packages", () => {
  // The file of a tool that read it before.
  const { fixed } = JSON.parse(readText(".changeset/config.json")) as {
    readonly fixed: readonly (readonly string[])[];
  };
  expect(fixed.map((group) => [...group].sort())).toEqual([packages.map(({ manifest }) => manifest.name).sort()]);
  expect(new Set(packages.map(({ manifest }) => manifest.version)).size).toBe(1);
});

it("a dependency is not installed on the day of its release", () => {
  const minutes = /^minimumReleaseAge: (\d+)$/m.exec(readText("pnpm-workspace.yaml"))?.[1];
  expect(Number(minutes)).toBeGreaterThanOrEqual(1440);
});
