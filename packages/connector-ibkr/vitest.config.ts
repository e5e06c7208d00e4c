import { defineConfig } from "vitest/config";

// Years of statements over real sockets take seconds on a busy machine.
export default defineConfig({ test: { testTimeout: 30_000 } });
