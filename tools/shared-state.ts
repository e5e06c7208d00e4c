import { child, children, dottedName, type SourceFile, type SyntaxNode } from "./syntax.ts";

/** Keys of the shared state that a file's sources spell, each expression in them as `<>`. */
export function stateKeysOf(file: SourceFile): readonly string[] {
  const texts = file.nodes.flatMap((node) => {
    if (node.type === "Literal" && typeof node.value === "string") return [node.value];
    if (node.type !== "TemplateLiteral") return [];
    const [first] = children(node, "expressions");
    const text = children(node, "quasis").map(textOf).join("<>");
    // A suffix is one only of a key that was handed over.
    const isSuffix = text.startsWith("<>") && !/stateKey$/i.test(dottedName(first ?? null) ?? "");
    return isSuffix ? [] : [text];
  });
  return texts.filter((text) => /^(?:kraken|flex|web|tws):[a-z]+(?::\S+)?$/.test(text) || text.startsWith("<>:"));
}

function textOf(quasi: SyntaxNode): string {
  const { value } = quasi;
  return typeof value === "object" && value !== null && "cooked" in value ? String(value.cooked) : "";
}

const functionTypes = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

/** What outlives a run: variables of a module that change, and those that the closures of a factory hold. */
export function keptInMemory(files: readonly SourceFile[], factories: readonly string[]): readonly string[] {
  const declared = new Map(files.flatMap((file) => functionsOf(file).map((one) => [one.name, one] as const)));
  const found = files.flatMap(ofModule);
  const seen = new Set<string>();
  for (const waiting = [...factories]; waiting.length > 0; ) {
    const name = waiting.pop() ?? "";
    const made = declared.get(name);
    if (made === undefined || seen.has(name)) continue;
    seen.add(name);
    found.push(...ofFactory(made));
    waiting.push(...calledIn(made));
  }
  return [...new Set(found)].sort();
}

interface Declared {
  readonly name: string;
  readonly file: SourceFile;
  readonly node: SyntaxNode;
}

function functionsOf(file: SourceFile): readonly Declared[] {
  return file.nodes.flatMap((node) => {
    const name = node.type === "FunctionDeclaration" ? dottedName(child(node, "id")) : null;
    return name === null ? [] : [{ name, file, node }];
  });
}

function within(inner: SyntaxNode, outer: SyntaxNode): boolean {
  return outer.start < inner.start && inner.end <= outer.end;
}

function functionAround(file: SourceFile, node: SyntaxNode): SyntaxNode | null {
  const around = file.nodes.filter((one) => functionTypes.has(one.type) && within(node, one));
  return around.sort((left, right) => right.start - left.start)[0] ?? null;
}

/** `name` and what it begins with, of each variable that can change or holds something that can. */
function changeables(file: SourceFile): readonly { name: string; node: SyntaxNode; init: SyntaxNode | null }[] {
  return file.nodes.flatMap((node) => {
    if (node.type !== "VariableDeclaration") return [];
    return children(node, "declarations").flatMap((one) => {
      const name = dottedName(child(one, "id"));
      const init = child(one, "init");
      const isLiteral = init?.type === "ArrayExpression" || init?.type === "ObjectExpression";
      if (name === null) return [];
      const changes = node.kind === "let" || init?.type === "NewExpression" || (isLiteral && isWrittenInto(file, name));
      return changes ? [{ name, node: one, init }] : [];
    });
  });
}

const mutators = /\.(?:push|pop|shift|unshift|splice|sort|fill)$/;

function isWrittenInto(file: SourceFile, name: string): boolean {
  return file.nodes.some((node) => {
    const target = node.type === "CallExpression" ? "callee" : node.type === "UpdateExpression" ? "argument" : "left";
    const written = dottedName(child(node, target)) ?? "";
    return written.startsWith(`${name}.`) && (node.type !== "CallExpression" || mutators.test(written));
  });
}

/** A table that is filled where it is declared, or typed as one that nobody writes, is no cache. */
function ofModule(file: SourceFile): readonly string[] {
  const module = file.path.replace(/^.*\/|\.ts$/g, "");
  return changeables(file).flatMap(({ name, node, init }) => {
    if (functionAround(file, node) !== null) return [];
    const isFilled = init?.type !== "NewExpression" || children(init, "arguments").length > 0;
    const isLet = file.text.slice(0, node.start).endsWith("let ");
    return isFilled && !isLet ? [] : [`${module}.${name}`];
  });
}

function ofFactory({ name: factory, file, node: home }: Declared): readonly string[] {
  return changeables(file).flatMap(({ name, node }) => {
    if (functionAround(file, node) !== home) return [];
    const uses = file.nodes.filter((one) => one.type === "Identifier" && one.name === name && within(one, home));
    return uses.some((one) => functionAround(file, one) !== home) ? [`${factory}.${name}`] : [];
  });
}

/** What a factory calls while it makes its object, and not later. */
function calledIn({ file, node: home }: Declared): readonly string[] {
  return file.nodes.flatMap((node) => {
    const name = node.type === "CallExpression" ? dottedName(child(node, "callee")) : null;
    return name === null || !within(node, home) || functionAround(file, node) !== home ? [] : [name];
  });
}
