export type { HostTransaction } from "./postgres-driver.ts";
export type { IntegrityFinding, IntegrityReport } from "./postgres-integrity.ts";
export type { PostgresOptions } from "./postgres-options.ts";
export type { RebuildReport } from "./postgres-rebuild.ts";
export type { PostgresSource } from "./postgres-source.ts";
export { migrate, postgresStore } from "./postgres-store.ts";
export type { StoreCommit } from "./store-commit.ts";
export type { PostgresStore } from "./store-on-driver.ts";
