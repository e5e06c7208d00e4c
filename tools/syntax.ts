import { parseAst } from "vitest/node";
import { readText } from "./workspace.ts";

/** A node of an ESTree with TypeScript, as the test runner's own parser makes it. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A TypeScript file with its tree. */
export interface SourceFile {
  /** Relative to the root. */
  readonly path: string;
  readonly text: string;
  /** Without comments. */
  readonly nodes: readonly SyntaxNode[];
}

/** Reads and parses a file by its path relative to the root. */
export function sourceFile(path: string): SourceFile {
  return parsedFile(path, readText(path));
}

/** Parses text as the file of that path. */
export function parsedFile(path: string, text: string): SourceFile {
  // The parser's node types are a union without a common index; every member of it has these fields.
  const program = parseAst(text, { lang: "ts" }) as unknown as SyntaxNode;
  return { path, text, nodes: [...nodesUnder(program)] };
}

/** `path:line` of a node, for messages. */
export function placeOf(file: SourceFile, node: SyntaxNode): string {
  return `${file.path}:${lineOf(file, node.start)}`;
}

/** How many lines a node takes. */
export function lineCountOf(file: SourceFile, node: SyntaxNode): number {
  return lineOf(file, node.end) - lineOf(file, node.start) + 1;
}

/** The field's node, or null where it holds none. */
export function child(node: SyntaxNode, field: string): SyntaxNode | null {
  const value = node[field];
  return isNode(value) ? value : null;
}

/** The field's nodes. */
export function children(node: SyntaxNode, field: string): readonly SyntaxNode[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** `Date.now` of a member, `fetch` of an identifier, null of anything else. */
export function dottedName(node: SyntaxNode | null): string | null {
  if (node === null) return null;
  if (node.type === "Identifier") return String(node.name);
  if (node.type !== "MemberExpression" || node.computed === true) return null;
  const object = dottedName(child(node, "object"));
  const property = dottedName(child(node, "property"));
  return object === null || property === null ? null : `${object}.${property}`;
}

/** What a file imports, re-exports and loads, with the node that does. */
export function importsOf(file: SourceFile): readonly { readonly specifier: string; readonly node: SyntaxNode }[] {
  const loading = new Set([
    "ImportDeclaration",
    "ExportNamedDeclaration",
    "ExportAllDeclaration",
    "ImportExpression",
    "TSImportType",
  ]);
  return file.nodes.flatMap((node) => {
    const source = loading.has(node.type) ? child(node, "source") : null;
    return source === null ? [] : [{ specifier: String(source.value), node }];
  });
}

/** The names in a file's export lists. */
export function exportedNames(file: SourceFile): { readonly values: string[]; readonly types: string[] } {
  const values: string[] = [];
  const types: string[] = [];
  for (const node of file.nodes) {
    if (node.type !== "ExportNamedDeclaration") continue;
    for (const specifier of children(node, "specifiers")) {
      const name = dottedName(child(specifier, "exported"));
      const kinds = [node.exportKind, specifier.exportKind];
      if (name !== null) (kinds.includes("type") ? types : values).push(name);
    }
  }
  return { values: values.sort(), types: types.sort() };
}

function lineOf({ text }: SourceFile, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function* nodesUnder(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? value : [value]) if (isNode(one)) yield* nodesUnder(one);
  }
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
