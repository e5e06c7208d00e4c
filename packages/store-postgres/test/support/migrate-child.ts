import { migrate } from "../../src/index.ts";

// Run by a test with options as JSON: migrates one schema many times at once, each time with a pool of its own.

const { databaseUrl, schema, times }: { databaseUrl: string; schema: string; times: number } = JSON.parse(
  process.argv[2] ?? "",
);
await Promise.all(Array.from({ length: times }, () => migrate({ url: databaseUrl }, { schema })));
