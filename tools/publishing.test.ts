import { describe, expect, it } from "vitest";
import { readText, workspacePackages } from "./workspace.ts";

// Goal: what npm is told about every package. Method: the manifests and settings are read as the tools read them; the
// packed packages themselves are tried by check-pack.ts.

const packages = workspacePackages().map(({ folder }) => ({
  folder,
  // Manifests of this repository, which its package manager has read before.
  manifest: JSON.parse(readText(`${folder}/package.json`)) as {
    readonly [field: string]: unknown;
    readonly name: string;
    readonly publishConfig?: { readonly access?: string; readonly provenance?: boolean };
  },
}));

describe.each(packages)("$manifest.name", ({ manifest }) => {
  it("is published for all, with its provenance", () => {
    expect(manifest.publishConfig).toMatchObject({ access: "public", provenance: true });
    expect(manifest.private).toBeUndefined();
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
