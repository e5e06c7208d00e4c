import assert from "node:assert/strict";
import type { BookStore } from "@fillbook/core/store";
import type { Delivered } from "../oracle/oracle-report.ts";
import { type ScriptedRecord, scripted } from "../scripted.ts";
import { aConnection, playPages } from "./play.ts";

/** Plays pages to a store, each interface of the broker through a connection of its own. */
export async function deliver(store: BookStore, pages: readonly (readonly Delivered[])[]): Promise<void> {
  const connections = new Map<string, string>();
  for (const page of pages) {
    for (const [connector, records] of byConnector(page)) {
      const connectionId =
        connections.get(connector) ?? (await aConnection(store, { connector, ...brokerOf(records) }));
      connections.set(connector, connectionId);
      const played = { connector: scripted({ id: connector, pages: [], ...brokerOf(records) }) };
      const report = await playPages(store, connectionId, [{ records: records.map(scriptedRecord) }], played);
      assert.equal(report.error, null);
      assert.equal(report.stats.rejected, 0);
    }
  }
}

function byConnector(page: readonly Delivered[]): Map<string, Delivered[]> {
  const groups = new Map<string, Delivered[]>();
  for (const record of page) {
    const { connector } = record.input.source;
    groups.set(connector, [...(groups.get(connector) ?? []), record]);
  }
  return groups;
}

function brokerOf(records: readonly Delivered[]): { broker?: string } {
  const broker = records[0]?.input.broker;
  return broker === undefined ? {} : { broker };
}

function scriptedRecord(record: Delivered): ScriptedRecord {
  if (record.kind === "cancel") return { kind: "cancel", cancel: record.input };
  return { kind: "execution", execution: record.input, ordinal: record.ordinal };
}
