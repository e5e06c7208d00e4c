import { child, children, dottedName, placeOf, type SourceFile, type SyntaxNode } from "./syntax.ts";

/**
 * The text of the doc comment above a node's line, without its stars; null where there is none. So a literal in one line is
 * explained by the comment above it.
 */
export function docCommentAbove({ text }: SourceFile, { start }: SyntaxNode): string | null {
  const above = text.slice(0, text.lastIndexOf("\n", start) + 1).trimEnd();
  const open = above.lastIndexOf("/*");
  if (!above.endsWith("*/") || !above.startsWith("/**", open)) return null;
  return above
    .slice(open + 3, -2)
    .replace(/^\s*\* ?/gm, "")
    .trim();
}

/** A field or method that hosts, connectors or stores see. */
export interface PublicField {
  /** `Trade.quantity`; nested ones have the path. */
  readonly name: string;
  readonly place: string;
  readonly isDocumented: boolean;
}

/**
 * The fields of everything that a file declares under one of these names: interfaces, type literals, and the zod objects that
 * schemas are and types are read from. A `kind` that is one text says itself what it is.
 */
export function publicFields(file: SourceFile, isPublic: (name: string) => boolean): readonly PublicField[] {
  const declared = declarationsOf(file);
  const named = new Set(declared.filter(({ name }) => isPublic(name)).map(({ name }) => name));
  // A set grows while it is walked: a schema within a schema is read, too.
  for (const name of named) {
    for (const { node } of declared.filter((one) => one.name === name)) {
      for (const used of nodesOf(node)) if (isSchema(declared, used)) named.add(String(used.name));
    }
  }
  return declared.filter(({ name }) => named.has(name)).flatMap(({ name, node }) => fieldsUnder(file, node, name));
}

interface Declaration {
  readonly name: string;
  readonly node: SyntaxNode;
}

function isSchema(declared: readonly Declaration[], { type, name }: SyntaxNode): boolean {
  return type === "Identifier" && declared.some((one) => one.name === name && one.node.type === "VariableDeclarator");
}

function declarationsOf({ nodes }: SourceFile): readonly Declaration[] {
  return nodes.flatMap((node) => {
    const isType = node.type === "TSInterfaceDeclaration" || node.type === "TSTypeAliasDeclaration";
    if (!isType && !(node.type === "VariableDeclarator" && nodesOf(node).some(isZodObject))) return [];
    return [{ name: String(child(node, "id")?.name), node }];
  });
}

/** `z.object({ … })` and its kin. */
function isZodObject(node: SyntaxNode): boolean {
  const name = node.type === "CallExpression" ? dottedName(child(node, "callee")) : null;
  return name !== null && /^z\.(?:strict|loose)?[oO]bject$/.test(name);
}

function fieldsUnder(file: SourceFile, node: SyntaxNode, path: string): readonly PublicField[] {
  return fieldNodes(node, null).flatMap((field) => {
    const name = `${path}.${String(child(field, "key")?.name)}`;
    const own = { name, place: placeOf(file, field), isDocumented: docCommentAbove(file, field) !== null };
    const below = field.type === "TSMethodSignature" ? [] : fieldsUnder(file, field, name);
    return isTag(field) ? below : [own, ...below];
  });
}

/** The nearest fields below a node; what a function takes is no field. */
function fieldNodes(node: SyntaxNode, call: SyntaxNode | null): readonly SyntaxNode[] {
  return childNodes(node).flatMap((one) => {
    if (one.type === "TSPropertySignature" || one.type === "TSMethodSignature") return [one];
    if (one.type === "ObjectExpression" && call !== null && isZodObject(call))
      return children(one, "properties").filter(({ type }) => type === "Property");
    if (/Function/.test(one.type)) return [];
    return fieldNodes(one, one.type === "CallExpression" ? one : null);
  });
}

function isTag(field: SyntaxNode): boolean {
  const type = child(field, "typeAnnotation");
  return type !== null && child(type, "typeAnnotation")?.type === "TSLiteralType";
}

function childNodes(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.keys(node).flatMap((field) => [child(node, field) ?? [], children(node, field)].flat());
}

function nodesOf(node: SyntaxNode): readonly SyntaxNode[] {
  return [node, ...childNodes(node).flatMap(nodesOf)];
}
