import assert from "node:assert/strict";
import type { Json } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import type { BookStore } from "@fillbook/core/store";
import { groupBy } from "../oracle/group-by.ts";
import type { Delivered } from "../oracle/oracle-report.ts";
import { type ScriptedRecord, scripted } from "../scripted.ts";
import { aConnection, playPages } from "./play.ts";

/**
 * Plays pages to a store, each interface of the broker through a connection of its own. Records that `isBlind` names are
 * rejected, as by a connector that does not know their form yet. Answers with the connections' ids and their connectors.
 */
export async function deliver(
  store: BookStore,
  pages: readonly (readonly Delivered[])[],
  { isBlind }: { readonly isBlind?: (record: Json) => boolean } = {},
): Promise<ReadonlyMap<string, AnyConnector>> {
  const told = new Map<string, AnyConnector>();
  const connections = new Map<string, string>();
  for (const page of pages) {
    for (const records of groupBy(
      page,
      ({ input, reportedAt }) => `${input.source.connector} ${reportedAt}`,
    ).values()) {
      const connector = records[0]?.input.source.connector ?? "";
      const connectionId =
        connections.get(connector) ?? (await aConnection(store, { connector, ...brokerOf(records) }));
      connections.set(connector, connectionId);
      const reader = scripted({ id: connector, pages: [], ...brokerOf(records) });
      told.set(connectionId, reader);
      const played = { connector: isBlind === undefined ? reader : blinded(reader, isBlind) };
      const report = await playPages(store, connectionId, [scriptedPage(records)], played);
      if (isBlind !== undefined) continue;
      assert.equal(report.error, null);
      assert.equal(report.stats.rejected, 0);
    }
  }
  return told;
}

/** The connector as it was before it knew the form of these records. */
export function blinded(connector: AnyConnector, isBlind: (record: Json) => boolean): AnyConnector {
  return {
    ...connector,
    normalize(raw: Json, context: Json) {
      return isBlind(raw) ? { kind: "rejected", reason: "unknown form" } : connector.normalize(raw, context);
    },
  };
}

function brokerOf(records: readonly Delivered[]): { broker?: string } {
  const broker = records[0]?.input.broker;
  return broker === undefined ? {} : { broker };
}

function scriptedPage(records: readonly Delivered[]) {
  const reportedAt = records[0]?.reportedAt ?? null;
  return { records: records.map(scriptedRecord), ...(reportedAt === null ? {} : { reportedAt }) };
}

function scriptedRecord(record: Delivered): ScriptedRecord {
  if (record.kind === "cancel") return { kind: "cancel", cancel: record.input };
  return { kind: "execution", execution: record.input, ordinal: record.ordinal };
}
