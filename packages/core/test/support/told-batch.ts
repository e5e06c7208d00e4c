import { z } from "zod";
import type { AnyConnector, Normalized } from "../../src/connector-contract.ts";
import { instantFromUnixMs } from "../../src/instant.ts";
import type { Json } from "../../src/json.ts";
import { pageBatch } from "../../src/page-batch.ts";
import type { CommitBatch } from "../../src/plan/commit-batch.ts";
import type { Told } from "./told.ts";

/** The batch of these records, each read by the connector that it names, at its moment; `number` is its place in time. */
export function toldBatch(records: readonly Told[], number: number, owner = "owner"): CommitBatch {
  const batches = pagesOf(records).map(({ id, broker, told }) => {
    const reportedAt = told[0]?.reportedAt ?? null;
    const page = {
      // Records are JSON: they were made by the builders or by a generator of JSON.
      records: told.map((record) => ({ raw: rawOf(record) as unknown as Json, ...ordinalOf(record) })),
      context: {},
      cursor: number,
      ...(reportedAt === null ? {} : { reportedAt }),
    };
    return pageBatch(page, {
      ...{ connector: connectorOf(id, broker), owner, pageNumber: 1, at: instantAt(number), storedContexts: new Set() },
      run: { connectionId: `connection of ${id}`, jobId: `job ${number}`, token: 1 },
    });
  });
  return {
    ...(batches[0] ?? emptyBatch(number, owner)),
    reports: batches.flatMap((batch) => batch.reports),
    cancels: batches.flatMap((batch) => batch.cancels),
    rejects: batches.flatMap((batch) => batch.rejects),
    fetched: records.length,
    ignored: batches.reduce((sum, batch) => sum + batch.ignored, 0),
  };
}

/** A batch without a run, such as a person's decision. */
export function emptyBatch(number: number, owner = "owner"): CommitBatch {
  return {
    ...{ id: `batch ${number}`, owner, at: instantAt(number), run: null, accounts: [], fetched: 0, ignored: 0 },
    ...{ reports: [], cancels: [], rejects: [], rereads: [], contexts: [], decisions: [], pins: [], problems: [] },
  };
}

/** Each commit is a second later than the one before. */
export function instantAt(number: number) {
  return instantFromUnixMs(Date.UTC(2026, 5, 1) + number * 1000);
}

function pagesOf(records: readonly Told[]): { id: string; broker: string; told: Told[] }[] {
  const groups = new Map<string, { id: string; broker: string; told: Told[] }>();
  for (const record of records) {
    const id = record.kind === "other" ? "live" : record.input.source.connector;
    const broker = record.kind === "other" ? "test" : record.input.broker;
    const name = `${id}|${broker}|${record.reportedAt}`;
    const group = groups.get(name) ?? { id, broker, told: [] };
    groups.set(name, group);
    group.told.push(record);
  }
  return [...groups.values()];
}

function rawOf(record: Told): Normalized {
  if (record.kind === "execution") return { kind: "execution", execution: record.input };
  return record.kind === "cancel" ? { kind: "cancel", cancel: record.input } : record.normalized;
}

function ordinalOf(record: Told): { ordinal?: number } {
  return record.kind === "execution" && record.ordinal !== undefined ? { ordinal: record.ordinal } : {};
}

function connectorOf(id: string, broker: string): AnyConnector {
  const unused = () => Promise.reject(new Error("planning reads no broker"));
  return {
    ...{ id, broker, contract: 1, credentials: z.unknown(), settings: z.unknown(), cursor: z.unknown() },
    check: unused,
    pull: () => ({ [Symbol.asyncIterator]: () => ({ next: unused }) }),
    normalize: (raw: Normalized) => raw,
  };
}
