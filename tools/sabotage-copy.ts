import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { root } from "./workspace.ts";

/** Packages whose tests prove core's rules: its own, and the suite as a store runs it. */
const proving = [
  "packages/core/test/*.test.ts",
  "packages/testkit/test/snapshot-parts.test.ts",
  "packages/store-memory/test/ingest-coverage.test.ts",
];

/** A run that hangs is red: an endless loop is noticed too. */
const RUN_MAX_MS = 300_000;
const TEST_MAX_MS = 120_000;

export type TestRun =
  | { readonly kind: "green"; readonly redTest: "none"; readonly ms: number }
  | { readonly kind: "red"; readonly redTest: string; readonly ms: number };

/** Copies the packages to a new folder, so that a crash in between leaves no wrong line behind. */
export function copyWorkspace(copy: string): string {
  mkdirSync(join(copy, "node_modules"), { recursive: true });
  cpSync(join(root, "packages"), join(copy, "packages"), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => basename(path) !== "dist",
  });
  for (const file of readdirSync(root).filter((name) => /^(package|tsconfig.*)\.json$/.test(name))) {
    cpSync(join(root, file), join(copy, file));
  }
  // Workspace links are relative and stay inside the copy; everything else is the installed one. Caches stay behind.
  for (const name of readdirSync(join(root, "node_modules")).filter((one) => !/^\.(vite|cache)/.test(one))) {
    symlinkSync(join(root, "node_modules", name), join(copy, "node_modules", name));
  }
  // A test that is late on a busy machine proves nothing.
  const config = { test: { include: proving, pool: "threads", bail: 1, testTimeout: TEST_MAX_MS } };
  writeFileSync(join(copy, "vitest.config.ts"), `export default ${JSON.stringify(config)};\n`);
  return copy;
}

/** Runs the proving tests of a copy up to the first red one. */
export async function runTests(copy: string): Promise<TestRun> {
  const output = join(copy, "result.json");
  rmSync(output, { force: true });
  const startedMs = performance.now();
  const { code, timedOut } = await vitest(copy, ["run", "--reporter=json", `--outputFile=${output}`]);
  const ms = Math.round(performance.now() - startedMs);
  if (timedOut) return { kind: "red", redTest: `(no end within ${RUN_MAX_MS} ms)`, ms };
  if (code === 0) return { kind: "green", redTest: "none", ms };
  return { kind: "red", redTest: existsSync(output) ? firstRedTest(output) : "(the tests did not start)", ms };
}

function vitest(copy: string, parameters: readonly string[]): Promise<{ code: number | null; timedOut: boolean }> {
  const program = join(copy, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [program, ...parameters], { cwd: copy, stdio: "ignore" });
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, RUN_MAX_MS);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ code, timedOut });
    });
  });
}

interface JsonReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function firstRedTest(output: string): string {
  // Written by the test runner a moment ago.
  const { testResults } = JSON.parse(readFileSync(output, "utf8")) as JsonReport;
  const tests = testResults.flatMap((file) => file.assertionResults);
  const redTest = tests.find((test) => test.status === "failed")?.fullName;
  const redFile = testResults.find((file) => file.status === "failed")?.name;
  return redTest?.trim() ?? (redFile === undefined ? "(no test was found)" : `(${basename(redFile)} did not load)`);
}
