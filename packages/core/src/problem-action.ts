import type { HistorySpan } from "./connector-contract.ts";
import { type ErrorCode, errorRecovery } from "./error-codes.ts";
import { parseInstant } from "./instant.ts";
import { isRecord, type Json } from "./json.ts";
import type { NewProblem } from "./plan/plan-types.ts";

/** What a person can do next about a problem, as data: the host words it and offers the button. */
export type ProblemAction =
  /** Nothing: it is there to be known, and resolving it puts it away. */
  | { readonly kind: "none" }
  /** Nothing now: a later run or a later row of the broker settles it. */
  | { readonly kind: "wait" }
  /** Enter new credentials for this connection. */
  | { readonly kind: "reauthenticate"; readonly connectionId: string }
  /** Allow the key at the broker what the connector needs, then enter it again. */
  | { readonly kind: "grant-permission"; readonly connectionId: string }
  /** Look at what the broker is asked for: a statement's query, its fields and its period. null: any connection. */
  | { readonly kind: "check-query"; readonly connectionId: string | null }
  /** Read this span again: `syncNow(connectionId, { window })`. A run a day does so by itself. */
  | { readonly kind: "read-again"; readonly connectionId: string; readonly window: HistorySpan }
  /** Import a file that has what this one lacks: no run reads the missing part by itself. */
  | { readonly kind: "upload-file"; readonly connectionId: string }
  /** End this connection: another one of the person reads its account. `disconnect(connectionId)` does it. */
  | { readonly kind: "disconnect"; readonly connectionId: string }
  /** Look at this connection's settings: its runs stopped because of what they say. */
  | { readonly kind: "change-settings"; readonly connectionId: string }
  /** Update the connector, then call `reprocessRejects` for this connection. */
  | { readonly kind: "reprocess"; readonly connectionId: string }
  /** Choose which of these reports of one fill is right. */
  | { readonly kind: "pin-report"; readonly familyKey: string; readonly revisionKeys: readonly string[] }
  /** A person cannot mend it: send the problem to whoever runs the host. */
  | { readonly kind: "contact-support" };

/** What is looked at to choose an action. */
export type ActionableProblem = Pick<NewProblem, "kind" | "details"> & { readonly connectionId: string | null };

/**
 * Says what a person can do about a problem. Pure, and total: a problem of unknown shape is for support.
 *
 * @example
 * const action = problemAction(problem);
 * if (action.kind === "reauthenticate") showLogin(action.connectionId);
 */
export function problemAction(problem: ActionableProblem): ProblemAction {
  const { kind, connectionId } = problem;
  const details = isRecord(problem.details) ? problem.details : {};
  switch (kind) {
    case "conflict":
      return pinAction(details);
    case "unmatched_cancel":
      return { kind: "wait" };
    case "ambiguous_identity":
      return { kind: "check-query", connectionId };
    case "reject":
    case "schema_drift":
      return connectionId === null || details.rawTruncated === true
        ? { kind: "contact-support" }
        : { kind: "reprocess", connectionId };
    case "coverage_gap":
      return errorAction(details, connectionId) ?? gapAction(details, connectionId);
    case "partial_import":
      return errorAction(details, connectionId) ?? restAction(details, connectionId);
    case "needs_reauth":
      return errorAction(details, connectionId) ?? { kind: "contact-support" };
    case "connection_error":
      if (connectionId === null) return { kind: "contact-support" };
      return { kind: details.code === "ACCOUNT_CONNECTED" ? "disconnect" : "change-settings", connectionId };
    case "broker_failing":
    case "pacing":
    case "maintenance":
      return { kind: "wait" };
    case "warning":
      return errorAction(details, connectionId) ?? { kind: "none" };
    default:
      // A store may hold a kind of a later release.
      return { kind: "contact-support" };
  }
}

type Details = { readonly [name: string]: Json };

function pinAction({ familyKey, reports }: Details): ProblemAction {
  const revisionKeys = (Array.isArray(reports) ? reports : []).flatMap((report) =>
    isRecord(report) && typeof report.revisionKey === "string" ? [report.revisionKey] : [],
  );
  const isKnown = typeof familyKey === "string" && revisionKeys.length > 1;
  return isKnown ? { kind: "pin-report", familyKey, revisionKeys } : { kind: "contact-support" };
}

function gapAction(details: Details, connectionId: string | null): ProblemAction {
  const [from, to] = [parseInstant(details.from), parseInstant(details.to)];
  if (connectionId === null || from === null || to === null || details.lasting === true)
    return { kind: "check-query", connectionId };
  return { kind: "read-again", connectionId, window: { from, to } };
}

/** For what is not whole yet: a later run of the broker's brings the rest, and none that of a file. */
function restAction({ file }: Details, connectionId: string | null): ProblemAction {
  return connectionId !== null && file === true ? { kind: "upload-file", connectionId } : { kind: "wait" };
}

/** For problems that tell of an error: what helps against its code. */
function errorAction({ code }: Details, connectionId: string | null): ProblemAction | null {
  if (connectionId === null || !isErrorCode(code)) return null;
  if (code === "PERMISSION_DENIED") return { kind: "grant-permission", connectionId };
  switch (errorRecovery[code]) {
    case "reauthenticate":
      return { kind: "reauthenticate", connectionId };
    case "retry":
    case "wait":
      return { kind: "wait" };
    default:
      return { kind: "contact-support" };
  }
}

function isErrorCode(code: Json | undefined): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(errorRecovery, code);
}
