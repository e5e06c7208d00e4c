import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { findFiles, readText, root } from "./workspace.ts";

/** A block of TypeScript in a page. */
export interface DocBlock {
  /** Relative to the root. */
  readonly page: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
  /**
   * `run`: a whole program; `suite`: a file of tests; `compile`: part of a program, or one that needs a real account;
   * `example`: the code of an example, which has tests of its own.
   */
  readonly kind: "run" | "suite" | "compile" | "example";
  /** The name under which the page's other blocks import it, where it says one. */
  readonly name: string | null;
  /** The text block right behind it: what the program prints. */
  readonly output: string | null;
}

/** Pages whose code must be right today. Records of decisions stay as they were written. */
export const codePages: readonly string[] = ["README.md", ...findFiles("{docs,packages,examples}/**/*.md")].filter(
  (page) => !page.startsWith("docs/decisions/") && basename(page) !== "CHANGELOG.md",
);

/** The blocks of a page that start with ```` ```ts ````, in order. Words behind `ts` say what is done with them. */
export function blocksOf(page: string, markdown: string): readonly DocBlock[] {
  const fence = /^```ts(?<words>[^\n]*)\n(?<code>[\s\S]*?)^```$(?:\n+```text\n(?<output>[\s\S]*?)^```$)?/gm;
  return [...markdown.matchAll(fence)].map((match) => {
    const { words = "", code = "", output } = match.groups ?? {};
    const before = markdown.slice(0, match.index).split("\n").length;
    return {
      ...{ page, line: before + 1, code },
      kind: kindOf(words),
      name: /\bfile=(\S+)/.exec(words)?.[1] ?? null,
      output: output?.trim() ?? null,
    };
  });
}

function kindOf(words: string): DocBlock["kind"] {
  const unknown = words
    .trim()
    .split(/\s+/)
    .filter((word) => !/^(?:run|suite|example|file=[a-z][a-z0-9-]*(?:\.test)?\.ts|)$/.test(word));
  if (unknown.length > 0) throw new Error(`a block of code has the words ${unknown.join(" ")}, which mean nothing`);
  return (["run", "suite", "example"] as const).find((kind) => words.trim().split(/\s+/).includes(kind)) ?? "compile";
}

const FOLDER = "docs/blocks";

/**
 * Writes blocks as modules of their own, a folder a page, and answers with each one's file. Lines keep their number, so
 * that an error names the line of the page.
 */
export function writeBlocks(blocks: readonly DocBlock[]): ReadonlyMap<DocBlock, string> {
  rmSync(join(root, FOLDER), { recursive: true, force: true });
  const files = blocks.map((block) => [block, fileOf(block)] as const);
  for (const [{ line, code }, file] of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), `${"\n".repeat(line - 1)}${code}export {};\n`);
  }
  return new Map(files);
}

function fileOf({ page, line, name }: DocBlock): string {
  return join(FOLDER, page.replace(/\.md$/, "").replaceAll("/", "-"), name ?? `line-${line}.ts`);
}

/** Every block of every page that is no example's. */
export function allBlocks(): readonly DocBlock[] {
  return codePages.flatMap((page) => blocksOf(page, readText(page))).filter(({ kind }) => kind !== "example");
}
