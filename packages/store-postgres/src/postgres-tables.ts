/** The tables' full names in one schema. The schema's name was checked against a pattern without quotes. */
export interface PostgresTables {
  readonly schema: string;
  readonly connections: string;
  readonly leases: string;
  readonly jobs: string;
  readonly executions: string;
  readonly raws: string;
  readonly aliases: string;
  readonly cancels: string;
  readonly cancelNames: string;
  readonly rejects: string;
  readonly contexts: string;
  readonly decisions: string;
  readonly answers: string;
  readonly trades: string;
  readonly problems: string;
  readonly steps: string;
  readonly auditEvents: string;
  readonly sealed: string;
  readonly state: string;
  readonly versions: string;
}

export function postgresTables(schema: string): PostgresTables {
  const named = (table: string) => `"${schema}".${table}`;
  return {
    schema,
    connections: named("connections"),
    leases: named("leases"),
    jobs: named("jobs"),
    executions: named("executions"),
    raws: named("execution_raws"),
    aliases: named("execution_aliases"),
    cancels: named("cancels"),
    cancelNames: named("cancel_names"),
    rejects: named("rejects"),
    contexts: named("contexts"),
    decisions: named("decisions"),
    answers: named("answers"),
    trades: named("trades"),
    problems: named("problems"),
    steps: named("steps"),
    auditEvents: named("audit_events"),
    sealed: named("sealed_credentials"),
    state: named("shared_state"),
    versions: named("schema_versions"),
  };
}
