import type { Request } from "express";
import createHttpError from "http-errors";
import { z } from "zod";
import type { FieldError } from "./problem-document.ts";

/** A body as its schema wants it; else 400 with each bad field. No body counts as an empty one. */
export function readBody<Output>(schema: z.ZodType<Output>, request: Request): Output {
  return readInput(schema, request.body ?? {});
}

/** A query string as one of Fillbook's filters. Its values arrive as text, and this is the place where that ends. */
export function readQuery<Output>(schema: z.core.$ZodType<Output>, request: Request): Output {
  const entries = Object.entries(request.query).map(([name, text]) => [name, typedValue(name, text)]);
  return readInput(schema, Object.fromEntries(entries));
}

/** The `:id` of a route. Text that no id can have is answered as an id that is not there. */
export function readId(request: Request): string {
  const id = z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/)
    .safeParse(request.params.id);
  if (id.success) return id.data;
  throw notFound();
}

/** The item, or 404: a stranger's looks like a missing one. */
export function found<Item>(item: Item | null): Item {
  if (item === null) throw notFound();
  return item;
}

function notFound(): createHttpError.HttpError {
  return createHttpError(404, "there is nothing with this id");
}

const booleans: ReadonlySet<string> = new Set(["canonical", "changedSinceReview", "byAccount"]);

/** What cannot be read stays text, and the schema refuses it by name. */
function typedValue(name: string, text: unknown): unknown {
  if (name === "limit" && typeof text === "string" && /^\d{1,6}$/.test(text)) return Number(text);
  if (booleans.has(name) && (text === "true" || text === "false")) return text === "true";
  return text;
}

function readInput<Output>(schema: z.core.$ZodType<Output>, value: unknown): Output {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const fieldErrors = parsed.error.issues.flatMap(fieldErrorsOf);
  const fields = fieldErrors.map(({ field }) => field).join(", ");
  throw createHttpError(400, `not valid: ${fields}`, { fieldErrors });
}

/** Messages name fields and what was expected, never the value: it may be a key. */
function fieldErrorsOf(issue: z.core.$ZodIssue): readonly FieldError[] {
  const path = issue.path.map(String);
  if (issue.code !== "unrecognized_keys") return [{ field: path.join(".") || "body", message: issue.message }];
  return issue.keys.map((key) => ({ field: [...path, key].join("."), message: "is not known here" }));
}
