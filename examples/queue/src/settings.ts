import { z } from "zod";

export interface Settings {
  /** PostgreSQL, for Fillbook's tables and the queue's. */
  readonly databaseUrl: string;
  /** Opens what `connect` sealed in the app. */
  readonly vaultKey: string;
  readonly schema: string;
  readonly queueSchema: string;
  /** Imports at the same time in this process. */
  readonly concurrency: number;
  /** A simulated Kraken instead of the real one; null without. */
  readonly krakenSimulator: string | null;
  /** Where spans and metrics go. */
  readonly telemetry: "console" | "none";
}

const environmentSchema = z.object({
  DATABASE_URL: z.string(),
  FILLBOOK_VAULT_KEY: z.string(),
  FILLBOOK_SCHEMA: z.string().default("fillbook"),
  FILLBOOK_QUEUE_SCHEMA: z.string().default("pgboss"),
  FILLBOOK_CONCURRENCY: z.coerce.number().int().min(1).max(100).default(4),
  FILLBOOK_KRAKEN_SIMULATOR: z.url().optional(),
  FILLBOOK_TELEMETRY: z.enum(["console", "none"]).default("none"),
});

/** Reads the environment; throws with the name of what is wrong. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  const { data } = parsed;
  return {
    databaseUrl: data.DATABASE_URL,
    vaultKey: data.FILLBOOK_VAULT_KEY,
    schema: data.FILLBOOK_SCHEMA,
    queueSchema: data.FILLBOOK_QUEUE_SCHEMA,
    concurrency: data.FILLBOOK_CONCURRENCY,
    krakenSimulator: data.FILLBOOK_KRAKEN_SIMULATOR ?? null,
    telemetry: data.FILLBOOK_TELEMETRY,
  };
}
