import { describe, expect, it } from "vitest";
import { publicFields } from "./doc-comments.ts";
import { exportedNames, parsedFile, sourceFile } from "./syntax.ts";
import { findFiles, workspacePackages } from "./workspace.ts";

// Goal: a host that reads a field, and an author who fills one, finds beside it what it is. Method: everything that an entry
// exports is read from the sources, and each field of it must have a comment; the rule itself is tried with made-up files.

/** Entries of which every field has a comment. `/store` is for the few who write a store: its methods have, its rows do not. */
const entries = [
  "@fillbook/core",
  "@fillbook/core/connector",
  "@fillbook/core/node",
  "@fillbook/core/otel",
  "@fillbook/testkit",
  "@fillbook/testkit/suite",
];
/** Declared for other entries, and part of what hosts, authors and stores read. */
const more = ["CommitStats", "IngestStore", "ConnectionStore", "BookStore", "StoredProblem"];

it.each(entries)("every field that %s exports has a doc comment", (specifier) => {
  const owner = workspacePackages().find((one) => one.entries.some((entry) => entry.specifier === specifier));
  const entry = owner?.entries.find((one) => one.specifier === specifier);
  if (owner === undefined || entry === undefined) throw new Error(`there is no entry ${specifier}`);
  const { types } = exportedNames(sourceFile(entry.file));
  const names = new Set([...types, ...more, "executionSchema", "cancelSchema"]);
  const files = findFiles(`${owner.folder}/src/**/*.ts`).map(sourceFile);
  const fields = files.flatMap((file) => publicFields(file, (name) => names.has(name)));
  expect(fields.length).toBeGreaterThan(10);
  expect(fields.filter(({ isDocumented }) => !isDocumented).map(({ place, name }) => `${place} ${name}`)).toEqual([]);
});

describe("the rule", () => {
  const bare = (text: string) =>
    publicFields(parsedFile("a.ts", text), (name) => name === "A" || name === "aSchema")
      .filter(({ isDocumented }) => !isDocumented)
      .map(({ name }) => name);

  it.each([
    ["a field", "interface A {\n  readonly b: string;\n}", ["A.b"]],
    ["a method", "interface A {\n  b(): void;\n}", ["A.b"]],
    [
      "a field of a literal within",
      "interface A {\n  /** b */\n  readonly b: {\n    readonly c: string;\n  };\n}",
      ["A.b.c"],
    ],
    ["a schema's field", "const aSchema = z.object({\n  b: z.string(),\n});", ["aSchema.b"]],
    [
      "a field behind a type",
      "const b = z.strictObject({\n  c: z.string(),\n});\ntype A = z.output<typeof b>;",
      ["b.c"],
    ],
    [
      "a schema within a schema",
      "const b = z.object({\n  c: z.string(),\n});\nconst aSchema = z.object({\n  /** b */\n  b: z.array(b),\n});",
      ["b.c"],
    ],
    ["a line comment", "interface A {\n  // no doc\n  readonly b: string;\n}", ["A.b"]],
    ["a plain block", "interface A {\n  /* no doc */\n  readonly b: string;\n}", ["A.b"]],
  ])("%s without a comment is found", (_name, text, names) => expect(bare(text)).toEqual(names));

  it.each([
    ["a comment", "interface A {\n  /** b */\n  readonly b: string;\n}"],
    ["a literal in one line below a comment", "type A =\n  /** b */\n  | { readonly kind: 'b'; readonly c: string };"],
    ["a kind that is one text", "type A = {\n  readonly kind: 'b';\n};"],
    ["what a method takes", "interface A {\n  /** b */\n  b(one: {\n    readonly c: string;\n  }): void;\n}"],
    ["what is not exported", "interface B {\n  readonly b: string;\n}"],
    ["a value that is no schema", "const aSchema = { b: 1 };"],
  ])("%s is enough", (_name, text) => expect(bare(text)).toEqual([]));
});
