import { z } from "zod";

/** A Client Portal Gateway that runs beside this server, and the one user who may read there. */
export interface GatewaySettings {
  readonly url: string;
  /** SHA-256 of its certificate, which is its own. */
  readonly fingerprint256?: string;
  readonly userIds: readonly string[];
}

export interface Settings {
  /** Signs the session cookie. */
  readonly sessionSecret: string;
  /** Seals the brokers' credentials: 32 bytes in base64. */
  readonly vaultKey: string;
  /** A PostgreSQL server; null for the embedded database in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  /** 0 takes any free one. */
  readonly port: number;
  /** True behind a proxy that speaks https: cookies are then sent over https only, and the proxy's headers believed. */
  readonly isHttps: boolean;
  /** None, or one. */
  readonly gateways: readonly GatewaySettings[];
}

const VAULT_KEY_BYTES = 32;

const environmentSchema = z.object({
  SESSION_SECRET: z.string("is missing").min(32, "is shorter than 32 characters"),
  FILLBOOK_VAULT_KEY: z.string("is missing").refine(isVaultKey, `is not ${VAULT_KEY_BYTES} bytes in base64`),
  DATABASE_URL: z.string().optional(),
  FILLBOOK_DATA_DIR: z.string().default(".fillbook/express"),
  FILLBOOK_HTTPS: z.enum(["0", "1"]).default("0"),
  IBKR_GATEWAY_URL: z.url("is not a URL").optional(),
  IBKR_GATEWAY_FINGERPRINT: z.string().optional(),
  IBKR_GATEWAY_USER: z.uuid("is not the id of a user").optional(),
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
});

/** Reads the environment. There is no default for a secret: it throws with the name of each one that is missing. */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const parsed = environmentSchema.safeParse(environment);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
    throw new Error(`the server does not start: ${faults.join("; ")}`);
  }
  const { data } = parsed;
  return {
    sessionSecret: data.SESSION_SECRET,
    vaultKey: data.FILLBOOK_VAULT_KEY,
    databaseUrl: data.DATABASE_URL ?? null,
    dataDir: data.FILLBOOK_DATA_DIR,
    port: data.PORT,
    isHttps: data.FILLBOOK_HTTPS === "1",
    gateways: gatewaysOf(data),
  };
}

/** A gateway asks nobody who he is, so it must be said whose it is: without, every user could read its trades. */
function gatewaysOf(data: z.output<typeof environmentSchema>): readonly GatewaySettings[] {
  const { IBKR_GATEWAY_URL: url, IBKR_GATEWAY_FINGERPRINT: fingerprint256, IBKR_GATEWAY_USER: userId } = data;
  if (url === undefined) return [];
  if (userId === undefined)
    throw new Error("the server does not start: IBKR_GATEWAY_USER is missing: whose gateway is it?");
  return [{ url, userIds: [userId], ...(fingerprint256 === undefined ? {} : { fingerprint256 }) }];
}

function isVaultKey(text: string): boolean {
  const bytes = Buffer.from(text, "base64");
  return bytes.length === VAULT_KEY_BYTES && bytes.toString("base64") === text;
}
