import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Tests start some two hundred processes: each loads what another one has compiled. Code from there is counted less exactly.
if (!process.argv.includes("--coverage")) {
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL("node_modules/.cache/node", import.meta.url));
}

/** What runs before the first test of a project and after its last one. */
const globalSetups: Readonly<Record<string, string>> = {
  "packages/store-postgres": "./packages/store-postgres/test/support/server.ts",
  "examples/queue": "./packages/store-postgres/test/support/server.ts",
  "examples/express": "./examples/express/test/support/template.ts",
};

const folders = ["packages", "examples"].flatMap((parent) => readdirSync(parent).map((name) => `${parent}/${name}`));

export default defineConfig({
  test: {
    projects: [...folders, "tools"].map((root) => ({
      extends: true,
      root,
      test: { name: nameOf(root), globalSetup: globalSetupOf(root) },
    })),
    reporters: ["default", "./tools/closing-line.ts"],
    // Test files share nothing that one of them changes, and to load the engine takes longer than most of them do.
    isolate: false,
    // Limits for what hangs. A machine that is busy with something else takes ten times as long as a quiet one.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      reporter: ["text-summary", "text"],
    },
  },
});

function globalSetupOf(root: string): string[] {
  const script = globalSetups[root];
  return script === undefined ? [] : [fileURLToPath(new URL(script, import.meta.url))];
}

function nameOf(root: string): string {
  const manifest = `${root}/package.json`;
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).name : root;
}
