import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { goldenKeys } from "./support/golden-keys.ts";

// Goal: a fill has the same keys in every release and on every machine, or it would be imported again as another one.
// Method: keys that were written down once. Nothing rewrites them: a change that needs other keys needs a migration.

const golden: unknown = JSON.parse(readFileSync(new URL("fixtures/keys.golden.json", import.meta.url), "utf8"));

test("identify: keys are those of the releases before", () => {
  expect(goldenKeys()).toEqual(golden);
});

test("identify: keys are the same in other processes, time zones and languages", async () => {
  const script = fileURLToPath(new URL("support/golden-keys.ts", import.meta.url));
  const places = [
    { TZ: "Pacific/Apia", LC_ALL: "tr_TR.UTF-8" },
    { TZ: "Europe/Berlin", LC_ALL: "C" },
  ];
  const said = places.map((place) => promisify(execFile)(process.execPath, [script], { env: place }));
  for (const { stdout } of await Promise.all(said)) expect(JSON.parse(stdout)).toEqual(golden);
});
