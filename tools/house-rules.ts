import { children, dottedName, lineCountOf, placeOf, type SourceFile, type SyntaxNode, child } from "./syntax.ts";

/** A rule answers with the places that break it; none is good. */
export type Rule = (file: SourceFile) => readonly string[];

/** Most lines of a file. */
export function linesAtMost(linesMax: number): Rule {
  return ({ path, text }) => {
    const lines = text.split("\n").length - 1;
    return lines > linesMax ? [`${path}: ${lines} lines`] : [];
  };
}

/** Every function is shorter than this. Callbacks that only hold tests are as long as their tests. */
export function functionsUnder(linesLimit: number): Rule {
  return (file) => {
    const groups = new Set(file.nodes.filter(isDescribe).flatMap((node) => children(node, "arguments")));
    const long = file.nodes.filter((node) => functionTypes.has(node.type) && !groups.has(node));
    return long
      .filter((node) => lineCountOf(file, node) >= linesLimit)
      .map((node) => `${placeOf(file, node)}: ${lineCountOf(file, node)} lines`);
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
  return placesOf(file, (node) => {
    if (node.type === "NewExpression") {
      return dottedName(child(node, "callee")) === "Date" && children(node, "arguments").length === 0;
    }
    return !properties.has(node) && worldly.has(dottedName(node) ?? "");
  });
};

// Written in two halves so that this file keeps its own rule.
const promise = new RegExp(`\\b(?:${"TO"}DO|${"FIX"}ME)\\b`);

/** Leaves no notes for later. */
export const isFinished: Rule = ({ path, text }) => matchingLines(path, text, promise);

/** Names that a broker's code would need; shared code has properties of the contract instead. */
const brokers = /kraken|ibkr|interactive.?brokers|client.?portal|\btws\b|coinbase|binance|alpaca|schwab|bitstamp|robinhood/i;

/** Names no broker, not even in a comment. */
export const namesNoBroker: Rule = ({ path, text }) => matchingLines(path, text, brokers);

/** Every test runs, or says above it why not; none runs alone. */
export const skipsWithReason: Rule = (file) => {
  const lines = file.text.split("\n");
  return placesOf(file, (node) => {
    const [runner, ...modifiers] = (dottedName(node) ?? "").split(".");
    if (!["describe", "it", "test"].includes(runner ?? "")) return false;
    if (modifiers.includes("only") || modifiers.includes("todo")) return true;
    if (!modifiers.some((modifier) => ["skip", "skipIf", "runIf", "fails"].includes(modifier))) return false;
    const line = Number(placeOf(file, node).split(":").at(-1));
    return !/^\s*\/\//.test(lines[line - 2] ?? "");
  });
};

const functionTypes = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

function isDescribe(node: SyntaxNode): boolean {
  return node.type === "CallExpression" && dottedName(child(node, "callee"))?.split(".")[0] === "describe";
}

function isExportList(node: SyntaxNode): boolean {
  return node.type === "ExportNamedDeclaration" && node.source !== null && node.declaration === null;
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
    ImportSpecifier: ["imported", "local"],
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
