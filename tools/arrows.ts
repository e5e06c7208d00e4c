import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import { importsOf, placeOf, type SourceFile } from "./syntax.ts";
import { packageNameOf, type WorkspacePackage } from "./workspace.ts";

/** What the sources of each package may import. A package that is not here may import nothing. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  "@fillbook/core": ["zod", "big.js", "@noble/hashes", "@opentelemetry/api"],
  "@fillbook/connector-kit": ["@fillbook/core", "undici", "bottleneck", "p-retry", "node:"],
  "@fillbook/connector-ibkr": [
    "@fillbook/core",
    "@fillbook/connector-kit",
    "fast-xml-parser",
    "@stoqey/ib",
    "saxes",
    "selfsigned",
    "zod",
    "node:",
  ],
  "@fillbook/connector-kraken": ["@fillbook/core", "@fillbook/connector-kit", "yauzl", "zod", "node:"],
  "@fillbook/store-memory": ["@fillbook/core", "node:"],
  "@fillbook/store-postgres": ["@fillbook/core", "pg", "@types/pg", "@electric-sql/pglite", "zod", "node:"],
  "@fillbook/testkit": ["@fillbook/core", "fast-check", "zod", "node:"],
};

/** Files that may import Node although their package may not: what one entry point holds for hosts on Node. */
const allowedNode: readonly string[] = ["aes-vault.ts", "diagnostics.ts", "open-telemetry.ts"].map((name) => {
  return `packages/core/src/${name}`;
});

/** Dependencies that a manifest declares and the arrows do not allow. */
export function strayDependencies({ manifest }: WorkspacePackage): readonly string[] {
  const names = Object.keys(declaredBy(manifest));
  return names.filter((name) => !isAllowed(manifest.name, name)).map((name) => `${manifest.name} -> ${name}`);
}

/** Imports of a package's source file that leave it by a way that is not allowed, not declared, or not an entry. */
export function strayImports(file: SourceFile, owner: WorkspacePackage, packages: readonly WorkspacePackage[]) {
  const entries = packages.flatMap((one) => one.entries.map((entry) => entry.specifier));
  const scope = `${owner.folder}/src/`;
  return importsOf(file).flatMap(({ specifier, node }) => {
    const problem = strayReason(specifier, { file, owner, entries, scope });
    return problem === null ? [] : [`${placeOf(file, node)}: ${specifier} ${problem}`];
  });
}

function strayReason(
  specifier: string,
  place: { file: SourceFile; owner: WorkspacePackage; entries: readonly string[]; scope: string },
): string | null {
  const { file, owner, entries, scope } = place;
  if (specifier.startsWith(".")) {
    return join(dirname(file.path), specifier).startsWith(scope) ? null : "is outside the package's sources";
  }
  const { name } = owner.manifest;
  const onNode = specifier.startsWith("node:") && isBuiltin(specifier) && allowedNode.includes(file.path);
  if (!onNode && !isAllowed(name, specifier)) return `is no arrow of ${name}`;
  if (isBuiltin(specifier)) return null;
  if (!(packageNameOf(specifier) in declaredBy(owner.manifest))) return "is not among the dependencies";
  return specifier.startsWith("@fillbook/") && !entries.includes(specifier) ? "is no entry point" : null;
}

function declaredBy({
  dependencies,
  peerDependencies,
}: WorkspacePackage["manifest"]): Readonly<Record<string, string>> {
  return { ...dependencies, ...peerDependencies };
}

function isAllowed(owner: string, specifier: string): boolean {
  const names = allowed[owner] ?? [];
  if (isBuiltin(specifier)) return specifier.startsWith("node:") && names.includes("node:");
  return names.includes(packageNameOf(specifier));
}
