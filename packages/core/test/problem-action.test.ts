import { expect, test } from "vitest";
import { type ActionableProblem, type ProblemAction, problemAction } from "../src/problem-action.ts";

const about = (problem: Partial<ActionableProblem>): ActionableProblem => ({
  ...{ kind: "warning", details: null, connectionId: "C1" },
  ...problem,
});
const conflict = { familyKey: "F1", reports: [{ revisionKey: "R1" }, { revisionKey: "R2" }] };

test.each<readonly [string, Partial<ActionableProblem>, ProblemAction]>([
  ["conflict", { details: conflict }, { kind: "pin-report", familyKey: "F1", revisionKeys: ["R1", "R2"] }],
  ["conflict", { details: { familyKey: "F1", reports: "?" } }, { kind: "contact-support" }],
  ["unmatched_cancel", {}, { kind: "wait" }],
  ["ambiguous_identity", {}, { kind: "check-query", connectionId: "C1" }],
  ["reject", { details: { rawTruncated: false } }, { kind: "reprocess", connectionId: "C1" }],
  ["reject", { details: { rawTruncated: true } }, { kind: "contact-support" }],
  ["reject", { connectionId: null }, { kind: "contact-support" }],
  ["schema_drift", {}, { kind: "reprocess", connectionId: "C1" }],
  ["coverage_gap", {}, { kind: "check-query", connectionId: "C1" }],
  ["partial_import", {}, { kind: "wait" }],
  ["partial_import", { details: { file: true } }, { kind: "upload-file", connectionId: "C1" }],
  ["partial_import", { details: { file: true }, connectionId: null }, { kind: "wait" }],
  ["warning", { details: { file: true } }, { kind: "none" }],
  ["partial_import", { details: { code: "PERMISSION_DENIED" } }, { kind: "grant-permission", connectionId: "C1" }],
  ["partial_import", { details: { code: "CREDENTIALS_INVALID" } }, { kind: "reauthenticate", connectionId: "C1" }],
  ["partial_import", { details: { code: "MAINTENANCE" } }, { kind: "wait" }],
  ["warning", { details: { code: "OPTION_INVALID" } }, { kind: "contact-support" }],
  ["warning", { details: { code: "toString" } }, { kind: "none" }],
  ["warning", {}, { kind: "none" }],
  ["needs_reauth", { details: { code: "CREDENTIALS_INVALID" } }, { kind: "reauthenticate", connectionId: "C1" }],
  ["needs_reauth", { details: { code: "PERMISSION_DENIED" } }, { kind: "grant-permission", connectionId: "C1" }],
  ["connection_error", { details: { code: "OPTION_INVALID" } }, { kind: "change-settings", connectionId: "C1" }],
  ["connection_error", { connectionId: null }, { kind: "contact-support" }],
  ["broker_failing", {}, { kind: "wait" }],
  ["pacing", {}, { kind: "wait" }],
  ["maintenance", {}, { kind: "wait" }],
  ["of a later release", {}, { kind: "contact-support" }],
])("problemAction: %s with %j", (kind, problem, expected) => {
  // A store may hold kinds that this release does not know.
  expect(problemAction(about({ kind: kind as ActionableProblem["kind"], ...problem }))).toEqual(expected);
});
