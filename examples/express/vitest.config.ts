import { defineConfig } from "vitest/config";

// An empty database is made once and copied, and one process runs all files: to make a database, and to load its engine,
// takes longer than all that a test does with it. Each file has a database and a server of its own.
export default defineConfig({
  test: {
    globalSetup: "./test/support/template.ts",
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
