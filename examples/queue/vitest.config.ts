import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { globalSetup: "../../packages/store-postgres/test/support/server.ts", testTimeout: 30_000 },
});
