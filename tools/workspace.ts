import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Home } from "./home.ts";

/** The repository's folder, with a slash at its end. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** The part of a package.json that the tools read. */
export interface Manifest extends Home {
  readonly name: string;
  readonly version: string;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

/** What a host writes behind `from`, and the file that answers. */
export interface Entry {
  readonly specifier: string;
  /** Relative to the root. */
  readonly file: string;
}

export interface WorkspacePackage {
  /** Relative to the root: `packages/core`. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly entries: readonly Entry[];
}

/** Every published package, by folder. */
export function workspacePackages(): readonly WorkspacePackage[] {
  const files = globSync("packages/*/package.json", { cwd: root }).sort();
  return files.map((file) => {
    const folder = file.slice(0, -"/package.json".length);
    const manifest = readManifest(file);
    return { folder, manifest, entries: entriesOf(folder, manifest) };
  });
}

/** Reads a package.json of this repository. */
export function readManifest(file: string): Manifest {
  // The tools read only manifests of this repository, which its package manager has read before.
  return JSON.parse(readText(file)) as Manifest;
}

/** A file's text by its path relative to the root. */
export function readText(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** True when the root holds such a file or folder. */
export function isThere(file: string): boolean {
  return existsSync(join(root, file));
}

/** Paths relative to the root, sorted. */
export function findFiles(pattern: string): readonly string[] {
  return globSync(pattern, { cwd: root, exclude: ["**/node_modules/**", "**/dist/**"] }).sort();
}

/** `@fillbook/core` of `@fillbook/core/store`, `zod` of `zod/mini`. */
export function packageNameOf(specifier: string): string {
  return specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
}

function entriesOf(folder: string, { name, exports }: Manifest): readonly Entry[] {
  return Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target !== "string" || !target.endsWith(".ts")) return [];
    return [{ specifier: join(name, path), file: join(folder, target) }];
  });
}
