import { z } from "zod";

export interface Settings {
  /** A PostgreSQL server; null for the embedded store and the simulated brokers. */
  readonly databaseUrl: string | null;
  /** Opens what `connect` sealed elsewhere: needed where credentials are real. */
  readonly vaultKey: string | null;
  /** Where the embedded store lives. */
  readonly dataDir: string;
  /** When to look for due connections, in cron's own five or six fields. */
  readonly pattern: string;
  /** How often the simulated connections are read. */
  readonly syncEveryMs: number;
}

const environmentSchema = z.object({
  DATABASE_URL: z.string().optional(),
  FILLBOOK_VAULT_KEY: z.string().optional(),
  FILLBOOK_DATA_DIR: z.string().default(".fillbook/cron"),
  FILLBOOK_CRON: z.string().default("* * * * *"),
  FILLBOOK_SYNC_EVERY_MS: z.coerce.number().int().min(1000).default(60_000),
});

/** Reads the environment; throws with the name of what is wrong. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { data } = parsed;
  return {
    databaseUrl: data.DATABASE_URL ?? null,
    vaultKey: data.FILLBOOK_VAULT_KEY ?? null,
    dataDir: data.FILLBOOK_DATA_DIR,
    pattern: data.FILLBOOK_CRON,
    syncEveryMs: data.FILLBOOK_SYNC_EVERY_MS,
  };
}
