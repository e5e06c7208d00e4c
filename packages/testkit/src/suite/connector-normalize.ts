import assert from "node:assert/strict";
import type { Json } from "@fillbook/core";
import fc from "fast-check";
import type { ConnectorSuiteOptions } from "./connector-suite-options.ts";
import { makeWorld } from "./connector-world.ts";
import { readAll } from "./play.ts";

/** `normalize` answers the same twice and never throws, whatever the record is. */
export async function normalizeIsTotal(options: ConnectorSuiteOptions): Promise<void> {
  await using world = await makeWorld(options);
  await world.run();
  const { connector } = world.trial;
  const stored = await readAll((after) => world.store.executions("owner", after));
  const real = stored.map((execution) => execution.raw);
  // Real records with one field replaced reach further than noise does.
  const bent = fc
    .tuple(fc.constantFrom(...real), fc.nat(), fc.jsonValue())
    .map(([raw, index, value]) => bend(raw, index, value as Json));
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), bent), fc.oneof(fc.constant({}), fc.jsonValue()), (raw, context) => {
      const first = connector.normalize(structuredClone(raw), context);
      assert.ok(["execution", "cancel", "ignored", "rejected"].includes(first.kind));
      assert.deepEqual(connector.normalize(structuredClone(raw), context), first);
    }),
    { numRuns: 500 },
  );
}

function bend(raw: Json, index: number, value: Json): Json {
  if (typeof raw !== "object" || raw === null) return value;
  const names = Object.keys(raw);
  return { ...raw, [names[index % names.length] ?? "none"]: value };
}
