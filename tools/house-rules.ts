import { child, children, dottedName, lineCountOf, placeOf, type SourceFile, type SyntaxNode } from "./syntax.ts";

/** A rule answers with the places that break it; none is good. */
export type Rule = (file: SourceFile) => readonly string[];

/** Most lines of a file. */
export function linesAtMost(linesMax: number): Rule {
  return ({ path, text }) => {
    const lines = text.split("\n").length - 1;
    return lines > linesMax ? [`${path}: ${lines} lines`] : [];
  };
}

/** Every function is shorter than this. A function that only lists tests is as long as its list. */
export function functionsUnder(linesLimit: number): Rule {
  return (file) => {
    const long = file.nodes.filter((node) => functionTypes.has(node.type) && lineCountOf(file, node) >= linesLimit);
    const broken = long.filter((node) => !onlyListsTests(node));
    return broken.map((node) => `${placeOf(file, node)}: ${lineCountOf(file, node)} lines`);
  };
}

/** Exports have names, one by one. */
export const namesItsExports: Rule = (file) =>
  placesOf(file, (node) => node.type === "ExportAllDeclaration" || node.type === "ExportDefaultDeclaration");

/** Holds nothing but `export { names } from "./file.ts"`. */
export const onlyListsExports: Rule = (file) => {
  const [program] = file.nodes;
  const statements = program === undefined ? [] : children(program, "body");
  return statements.filter((node) => !isExportList(node)).map((node) => placeOf(file, node));
};

const worldly = new Set([
  "Date.now",
  "Math.random",
  "clearTimeout",
  "fetch",
  "globalThis.fetch",
  "performance.now",
  "process.env",
  "setImmediate",
  "setInterval",
  "setTimeout",
]);

/** Takes time, chance, network and environment from its caller. */
export const asksItsCaller: Rule = (file) => {
  const properties = new Set(file.nodes.flatMap(namesOnly));
  const own = new Set(file.nodes.flatMap(boundNames));
  return placesOf(file, (node) => {
    if (node.type === "ImportDeclaration") return String(child(node, "source")?.value).startsWith("node:timers");
    if (node.type === "NewExpression") {
      return dottedName(child(node, "callee")) === "Date" && children(node, "arguments").length === 0;
    }
    const name = dottedName(node) ?? "";
    return worldly.has(name) && !properties.has(node) && !own.has(name);
  });
};

/** Waits before it adds: `sum += await next()` reads the sum first, and loses what others add meanwhile. */
export const waitsThenAdds: Rule = (file) => {
  const inside = (inner: SyntaxNode, outer: SyntaxNode) => outer.start < inner.start && inner.end <= outer.end;
  const functions = file.nodes.filter(({ type }) => functionTypes.has(type));
  const waits = file.nodes.filter(({ type }) => type === "AwaitExpression");
  return placesOf(file, (node) => {
    if (node.type !== "AssignmentExpression" || node.operator === "=") return false;
    // What a function within waits for is not waited for here.
    const within = functions.filter((one) => inside(one, node));
    return waits.some((wait) => inside(wait, node) && !within.some((one) => inside(wait, one)));
  });
};

// Written in two halves so that this file keeps its own rule.
const promise = new RegExp(`\\b(?:${"TO"}DO|${"FIX"}ME)\\b`);

/** Leaves no notes for later. */
export const isFinished: Rule = ({ path, text }) => matchingLines(path, text, promise);

/** Names that a broker's code would need; shared code has properties of the contract instead. */
const brokers =
  /kraken|ibkr|interactive.?brokers|client.?portal|\btws\b|coinbase|binance|alpaca|schwab|bitstamp|robinhood/i;

/** Names no broker, not even in a comment. */
export const namesNoBroker: Rule = ({ path, text }) => matchingLines(path, text, brokers);

/** Pages that a file names are in the repository; pages elsewhere are named by their host. */
export function namesPages(isThere: (page: string) => boolean): Rule {
  return ({ path, text }) => {
    const names = [...text.matchAll(/(?<![\w./-])[\w-]+(?:\/[\w-]+)*\.md\b/g)].map(([name]) => name);
    return names.filter((name) => !isThere(name)).map((name) => `${path}: ${name}`);
  };
}

/** Every test runs, or says above it why not; none runs alone. */
export const skipsWithReason: Rule = (file) => {
  const lines = file.text.split("\n");
  return placesOf(file, (node) => {
    const [runner, ...modifiers] = (dottedName(node) ?? "").split(".");
    if (!testRunners.includes(runner ?? "")) return false;
    if (modifiers.includes("only") || modifiers.includes("todo")) return true;
    if (!modifiers.some((modifier) => ["skip", "skipIf", "runIf", "fails"].includes(modifier))) return false;
    const line = Number(placeOf(file, node).split(":").at(-1));
    return !/^\s*\/\//.test(lines[line - 2] ?? "");
  });
};

const functionTypes = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

const testRunners = ["describe", "it", "test"];

function onlyListsTests(node: SyntaxNode): boolean {
  const body = child(node, "body");
  const statements = body === null ? [] : children(body, "body");
  const rest = statements.filter((statement) => statement.type !== "VariableDeclaration");
  return rest.length > 0 && rest.every(isTestCall);
}

function isTestCall(statement: SyntaxNode): boolean {
  const call = statement.type === "ExpressionStatement" ? child(statement, "expression") : null;
  const callee = call?.type === "CallExpression" ? child(call, "callee") : null;
  // `it.each(table)("name", run)` is a call of a call.
  const runner = callee?.type === "CallExpression" ? child(callee, "callee") : callee;
  return testRunners.includes(dottedName(runner)?.split(".")[0] ?? "");
}

function isExportList(node: SyntaxNode): boolean {
  return node.type === "ExportNamedDeclaration" && node.source !== null && node.declaration === null;
}

/** Names that a file gives to parameters, variables and imports of its own. */
function boundNames(node: SyntaxNode): readonly string[] {
  if (node.type === "VariableDeclarator") return namesIn(child(node, "id"));
  if (node.type === "ImportSpecifier") return namesIn(child(node, "local"));
  return functionTypes.has(node.type) ? children(node, "params").flatMap(namesIn) : [];
}

function namesIn(pattern: SyntaxNode | null): readonly string[] {
  if (pattern?.type === "Identifier") return [String(pattern.name)];
  if (pattern?.type === "AssignmentPattern") return namesIn(child(pattern, "left"));
  if (pattern?.type === "Property") return namesIn(child(pattern, "value"));
  if (pattern?.type === "ObjectPattern") return children(pattern, "properties").flatMap(namesIn);
  return pattern?.type === "ArrayPattern" ? children(pattern, "elements").flatMap(namesIn) : [];
}

// A key, a property or an imported name is not a use of the global of that name.
function namesOnly(node: SyntaxNode): readonly SyntaxNode[] {
  const fields: Readonly<Record<string, readonly string[]>> = {
    MemberExpression: node.computed === true ? [] : ["property"],
    Property: node.shorthand === true ? [] : ["key"],
    MethodDefinition: ["key"],
    PropertyDefinition: ["key"],
    TSPropertySignature: ["key"],
    TSMethodSignature: ["key"],
    ImportSpecifier: ["imported"],
    ExportSpecifier: ["local", "exported"],
  };
  return (fields[node.type] ?? []).flatMap((field) => child(node, field) ?? []);
}

function placesOf(file: SourceFile, breaks: (node: SyntaxNode) => boolean): readonly string[] {
  return file.nodes.filter(breaks).map((node) => placeOf(file, node));
}

function matchingLines(path: string, text: string, pattern: RegExp): readonly string[] {
  return text.split("\n").flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : []));
}
