import assert from "node:assert/strict";
import { inspect } from "node:util";
import { isImportError, type Json } from "@fillbook/core";
import { checkOf, pullUntilError } from "./connector-ends.ts";
import { leavesOf, withLeaves } from "./connector-records.ts";
import type { ConnectorSuiteOptions, ConnectorTrial } from "./connector-suite-options.ts";
import { makeWorld } from "./connector-world.ts";

/** Shorter texts may stand in a message by chance. */
const SECRET_LENGTH_MIN = 8;

/** Credentials that the broker refuses ask their owner for new ones, and no error repeats them. */
export async function refusesCredentials(options: ConnectorSuiteOptions): Promise<void> {
  await using world = await makeWorld(options);
  const { trial } = world;
  const { connector } = trial;
  const credentials = trial.refused === undefined ? respelled(trial) : trial.refused;
  if (credentials === null) return;
  const report = await world.run({ credentials });
  assert.deepEqual(
    [report.error?.code, report.status, report.stats.pages],
    ["CREDENTIALS_INVALID", "blocked_reauth", 0],
    "a run with credentials that the broker refuses asks for new ones",
  );
  // Core takes credentials out of what it reports. A connector's own errors reach hosts that call `check`, and causes of causes.
  const request = world.request({ signal: new AbortController().signal, credentials });
  const errors = [
    await checkOf(connector, request).then(
      () => null,
      (error: unknown) => error,
    ),
    (await pullUntilError(connector, request)).error,
  ];
  const codes = errors.map((error) => (isImportError(error) ? error.code : String(error)));
  assert.deepEqual(codes, ["CREDENTIALS_INVALID", "CREDENTIALS_INVALID"], "check and pull throw the same");
  const text = inspect([errors, report], { depth: null, maxStringLength: null, showHidden: true });
  for (const secret of secretsIn(credentials, trial)) {
    assert.ok(!text.includes(secret), "an error repeats the credentials that were refused");
  }
}

/** The trial's credentials with another letter and digit for each of its secrets'; null where it holds none. */
function respelled({ credentials, secrets }: ConnectorTrial): Json {
  // Credentials are JSON: hosts store them sealed, as text.
  const known = credentials as Json;
  const isSecret = (value: unknown) => secrets.includes(String(value));
  if (!leavesOf(known).some(({ value }) => isSecret(value))) return null;
  return withLeaves(known, ({ value }) => (isSecret(value) ? String(value).replace(/[0-9A-Za-z]/g, another) : value));
}

/** The next of its kind, so that whatever checks the shape of a credential takes it for one. */
function another(character: string): string {
  const last = { "9": "0", Z: "A", z: "a" }[character];
  return last ?? String.fromCharCode(character.charCodeAt(0) + 1);
}

function secretsIn(credentials: unknown, { settings, accountRef }: ConnectorTrial): readonly string[] {
  const open = new Set([accountRef, ...textsIn(settings)]);
  return textsIn(credentials as Json).filter((text) => text.length >= SECRET_LENGTH_MIN && !open.has(text));
}

function textsIn(value: Json): readonly string[] {
  return leavesOf(value).flatMap((leaf) => (typeof leaf.value === "string" ? [leaf.value] : []));
}
