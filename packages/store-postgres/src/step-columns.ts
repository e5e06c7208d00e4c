import type { Step, StepFilter } from "@fillbook/core";
import type { Listing } from "./listings.ts";
import type { SqlRow } from "./postgres-driver.ts";
import { instantColumn, type SqlColumns, textOf, textOrNull } from "./sql-columns.ts";

/** Every column of `steps`. */
export const stepColumns = (owner: string): SqlColumns<Step> => [
  { name: "owner", type: "text", write: () => owner },
  { name: "job_id", type: "text", write: ({ jobId }) => jobId },
  { name: "connection_id", type: "text", write: ({ connectionId }) => connectionId },
  { name: "id", type: "text", write: ({ id }) => id },
  { name: "page", type: "integer", write: ({ page }) => String(page) },
  { name: "name", type: "text", write: ({ name }) => name },
  { name: "place", type: "integer", write: ({ place }) => String(place) },
  { name: "started_at", type: "timestamptz", write: ({ startedAt }) => startedAt },
  { name: "duration_ms", type: "bigint", write: ({ durationMs }) => String(durationMs) },
  { name: "input", type: "json", write: ({ input }) => JSON.stringify(input) },
  { name: "output", type: "json", write: ({ output }) => JSON.stringify(output) },
  { name: "error_code", type: "text", write: ({ error }) => error?.code ?? null },
  { name: "error_message", type: "text", write: ({ error }) => error?.message ?? null },
];

const stepSelection = [
  "id, connection_id, job_id, page, name, place, duration_ms, input, output, error_code, error_message",
  instantColumn("started_at"),
].join(", ");

export const stepListing: Listing<Step, StepFilter> = {
  table: "steps",
  from: (tables) => `${tables.steps} as steps`,
  selection: stepSelection,
  order: ["started_at", "id"],
  where: ({ connectionId, name }) => [
    { column: "connection_id", value: connectionId, indexed: true },
    { column: "name", value: name, indexed: false },
  ],
  itemOf: stepOf,
  keyOf: ({ startedAt, id }) => ({ at: startedAt, id }),
};

/** A row of {@link stepListing}'s selection. */
function stepOf(row: SqlRow): Step {
  const code = textOrNull(row, "error_code");
  const step = {
    id: textOf(row, "id"),
    connectionId: textOf(row, "connection_id"),
    jobId: textOf(row, "job_id"),
    page: Number(textOf(row, "page")),
    name: textOf(row, "name"),
    place: Number(textOf(row, "place")),
    startedAt: textOf(row, "started_at"),
    durationMs: Number(textOf(row, "duration_ms")),
    input: JSON.parse(textOf(row, "input")),
    output: JSON.parse(textOf(row, "output")),
    error: code === null ? null : { code, message: textOf(row, "error_message") },
  };
  // Written by stepColumns from a step that core had made.
  return step as unknown as Step;
}
