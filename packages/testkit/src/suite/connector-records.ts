import type { Json } from "@fillbook/core";
import type { ExecutionInput, Normalized } from "@fillbook/core/connector";
import type { ConnectorSuiteOptions } from "./connector-suite-options.ts";
import { makeWorld } from "./connector-world.ts";

/** A record that an import fetched, and what `normalize` makes of it. */
export interface FetchedRecord {
  readonly raw: Json;
  readonly context: Json;
  readonly normalized: Normalized;
}

/** What an import of a new trial fetched, and how its records are read. */
export interface FetchedRecords {
  readonly records: readonly FetchedRecord[];
  readonly accountRef: string;
  /** Reads a record as the connector does; null where it is no execution. */
  executionOf(raw: Json, context: Json): ExecutionInput | null;
  normalize(raw: Json, context: Json): Normalized;
}

/** Records of one import that are bent and asked about; those beyond repeat what these show. */
const RECORDS_MAX = 60;

/** Imports the whole account and answers with what its pages held, spread over all of them. */
export async function fetchRecords(options: ConnectorSuiteOptions): Promise<FetchedRecords> {
  await using world = await makeWorld(options);
  const { connector, accountRef } = world.trial;
  const records: FetchedRecord[] = [];
  const normalize = (raw: Json, context: Json): Normalized => connector.normalize(structuredClone(raw), context);
  await world.run({
    connector: {
      ...connector,
      async *pull(request) {
        for await (const page of connector.pull(request)) {
          const { context } = page;
          for (const { raw } of page.records) records.push({ raw, context, normalized: normalize(raw, context) });
          yield page;
        }
      },
    },
  });
  const step = Math.max(1, Math.floor(records.length / RECORDS_MAX));
  return {
    records: records.filter(({ normalized }, index) => index % step === 0 || normalized.kind !== "execution"),
    accountRef,
    normalize,
    executionOf(raw, context) {
      const normalized = normalize(raw, context);
      return normalized.kind === "execution" ? normalized.execution : null;
    },
  };
}

/** A value of a record that holds no other, by the keys that lead to it. */
export interface Leaf {
  readonly path: readonly string[];
  readonly value: string | number | boolean | null;
}

/** All values of a record, at any depth. */
export function leavesOf(raw: Json, path: readonly string[] = []): readonly Leaf[] {
  if (typeof raw !== "object" || raw === null) return [{ path, value: raw }];
  return Object.entries(raw).flatMap(([key, value]) => leavesOf(value, [...path, key]));
}

/** The record with other values, at any depth. */
export function withLeaves(raw: Json, change: (leaf: Leaf) => Json, path: readonly string[] = []): Json {
  if (typeof raw !== "object" || raw === null) return change({ path, value: raw });
  const entries = Object.entries(raw).map(([key, value]) => [key, withLeaves(value, change, [...path, key])] as const);
  return Array.isArray(raw) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

/** The record with one value replaced. */
export function withLeaf(raw: Json, { path }: Leaf, value: Json): Json {
  const wanted = path.join("\n");
  return withLeaves(raw, (leaf) => (leaf.path.join("\n") === wanted ? value : leaf.value));
}
