import type { ExecutionFilter, ProblemFilter, ReportFilter, TradeFilter } from "@fillbook/core";
import { type SearchPrefixes, searchPrefixes, symbolNames } from "@fillbook/core/store";
import type { Bind, SqlCondition } from "./list-statement.ts";
import type { PostgresTables } from "./postgres-tables.ts";

/** A manual trade that its owner took away is in no list. */
export const removed = "trades.broker = 'manual' and trades.status = 'canceled'";

export function tradeConditions(filter: TradeFilter, tables: PostgresTables): readonly SqlCondition[] {
  const { jobId, instrumentKind, instrumentId, search, inbox, status, changedSinceReview } = filter;
  return [
    ...sharedConditions("trades", filter),
    { column: "last_job_id", value: jobId, indexed: true },
    { column: "inbox", value: inbox, indexed: true },
    { column: "status", value: status, indexed: false },
    { column: "changed", is: changedSinceReview },
    { text: () => `not (${removed})` },
    ...isFact(instrumentKind, "kind"),
    ...isFact(instrumentId, "conid"),
    ...searchCondition(search, (prefixes, bind) => [
      ...symbolSearch("trades", prefixes, bind),
      ...startsWithAny("trades.order_id", prefixes, bind),
      // The ids are found first: as a condition of its own on each trade it would be asked of all of them.
      `trades.id = any(array(select trade_id from ${tables.executions} as executions
        where executions.owner = $1 and trade_id is not null and (${idSearch(prefixes, bind).join(" or ")})))`,
    ]),
  ];
}

export function executionConditions(filter: ExecutionFilter): readonly SqlCondition[] {
  const { jobId, instrumentKind, instrumentId, search, tradeId, familyKey, canonical } = filter;
  return [
    ...sharedConditions("executions", filter),
    { column: "job_id", value: jobId, indexed: true },
    { column: "kind", value: instrumentKind, indexed: false },
    { column: "conid", value: instrumentId, indexed: false },
    { column: "trade_id", value: tradeId, indexed: true },
    { column: "family_key", value: familyKey, indexed: true },
    { column: "canonical", is: canonical },
    ...searchCondition(search, (prefixes, bind) => [
      ...symbolSearch("executions", prefixes, bind),
      ...idSearch(prefixes, bind),
    ]),
  ];
}

export function problemConditions(
  { connectionId, broker, jobId, kind, severity, state = "open" }: ProblemFilter,
  tables: PostgresTables,
): readonly SqlCondition[] {
  return [
    { column: "connection_id", value: connectionId, indexed: false },
    { column: "job_id", value: jobId, indexed: false },
    { column: "kind", value: kind, indexed: false },
    { column: "severity", value: severity, indexed: false },
    { column: "resolved_at", isNull: state === "all" ? undefined : state === "open" },
    ...optional(broker, (value, bind) => {
      const ofBroker = `select id from ${tables.connections} where owner = $1 and broker = ${bind(value)}`;
      return `problems.connection_id = any(array(${ofBroker}))`;
    }),
  ];
}

function sharedConditions(
  table: "trades" | "executions",
  { connectionId, broker, account, symbol }: ReportFilter,
): readonly SqlCondition[] {
  return [
    { column: "connection_id", value: connectionId, indexed: false },
    { column: "broker", value: broker, indexed: false },
    { column: "account", value: account, indexed: false },
    ...optional(symbol, (wanted, bind) => {
      const { key } = symbolNames(wanted);
      if (key === "") return "false";
      const prefix = `${bind(key)}::text`;
      const [whole, head] = [`${table}.symbol_key`, `${table}.symbol_head`];
      return `${whole} ^@ ${prefix} and (${whole} = ${prefix} or ${head} ^@ ${prefix})`;
    }),
  ];
}

function isFact(wanted: string | undefined, name: string): readonly SqlCondition[] {
  return optional(wanted, (value, bind) => `trades.instrument ->> '${name}' = ${bind(value)}`);
}

function searchCondition(
  search: string | undefined,
  alternatives: (prefixes: SearchPrefixes, bind: Bind) => readonly string[],
): readonly SqlCondition[] {
  return optional(search, (wanted, bind) => `(${alternatives(searchPrefixes(wanted), bind).join(" or ")})`);
}

function symbolSearch(table: string, { symbol }: SearchPrefixes, bind: Bind): readonly string[] {
  return symbol === null ? [] : [`${table}.symbol_key ^@ ${bind(symbol)}::text`];
}

function idSearch(prefixes: SearchPrefixes, bind: Bind): readonly string[] {
  return ["execution_id", "order_key_id", "order_reference"].flatMap((column) =>
    startsWithAny(`executions.${column}`, prefixes, bind),
  );
}

function startsWithAny(column: string, { ids }: SearchPrefixes, bind: Bind): readonly string[] {
  return ids.map((prefix) => `${column} ^@ ${bind(prefix)}::text`);
}

function optional(
  value: string | undefined,
  text: (value: string, bind: Bind) => string,
): readonly { readonly text: (bind: Bind) => string }[] {
  return value === undefined ? [] : [{ text: (bind) => text(value, bind) }];
}
