import type { Problem, ProblemAction } from "@fillbook/core";

const kinds: Readonly<Record<Problem["kind"], string>> = {
  conflict: "Contradiction",
  unmatched_cancel: "Unmatched cancel",
  ambiguous_identity: "Unclear identity",
  reject: "Unreadable record",
  schema_drift: "Format changed",
  coverage_gap: "Gap",
  partial_import: "Partial import",
  warning: "Note",
  needs_reauth: "Login needed",
  connection_error: "Settings needed",
  broker_failing: "Broker fails",
  pacing: "Broker's limit",
  maintenance: "Maintenance",
};

export function kindText(kind: Problem["kind"]): string {
  return kinds[kind] ?? kind;
}

const actions: Readonly<Record<ProblemAction["kind"], string>> = {
  none: "Nothing. It is here to be known; put it away when you have read it.",
  wait: "Nothing now. It settles by itself with a later run.",
  reauthenticate: "Log in at the broker again and reconnect this account.",
  "grant-permission": "Allow the key at the broker what is named above, then reconnect.",
  "check-query":
    "Check at the broker that the query covers all days and fields, or upload a file for the missing days.",
  "read-again": "It is read again once a day. You can read it now.",
  "upload-file": "Upload a file that has the missing part: it does not come by itself.",
  disconnect: "Disconnect this connection: another one reads its account.",
  "change-settings": "Mend the settings of this connection.",
  reprocess: "The record is kept. Read it again once the connector was updated.",
  "pin-report": "One of them counts until somebody decides. Compare them with the broker's own statement, then choose.",
  "contact-support": "Send this to whoever runs this server.",
};

export function actionText({ kind }: ProblemAction): string {
  return actions[kind] ?? actions["contact-support"];
}
