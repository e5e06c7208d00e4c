export type { HostTransaction } from "./postgres-driver.ts";
export type { IntegrityFinding, IntegrityReport } from "./postgres-integrity.ts";
export type { PostgresOptions, PostgresSource } from "./postgres-options.ts";
export type { RebuildReport } from "./postgres-rebuild.ts";
export { migrate, type PostgresStore, postgresStore } from "./postgres-store.ts";
export type { StoreCommit } from "./store-commit.ts";
