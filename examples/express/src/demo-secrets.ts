import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const secretsSchema = z.object({
  /** Of the demo's user, to whom alone its gateway belongs. A name would belong to whoever signs up first. */
  userId: z.uuid(),
  sessionSecret: z.string(),
  vaultKey: z.string(),
  /** The keys of the simulated accounts: those that are sealed in the database must still open them at the next start. */
  krakenKey: z.object({ apiKey: z.string(), apiSecret: z.string() }),
  flexTokens: z.object({ first: z.string(), retired: z.string(), renewed: z.string() }),
  /** The simulated fills end here: a later start must tell the same ones. */
  madeAtMs: z.number(),
});

export type DemoSecrets = z.output<typeof secretsSchema>;

/** The secrets of a demo: drawn at its first start, kept in a file that only its user may read. */
export async function demoSecrets(dataDir: string): Promise<DemoSecrets> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, "demo-secrets.json");
  const text = await readFile(path, "utf8").catch(() => null);
  if (text !== null) return secretsSchema.parse(JSON.parse(text));
  const secrets: DemoSecrets = {
    userId: randomUUID(),
    sessionSecret: randomBytes(32).toString("base64"),
    vaultKey: randomBytes(32).toString("base64"),
    krakenKey: { apiKey: randomBytes(42).toString("base64"), apiSecret: randomBytes(64).toString("base64") },
    flexTokens: { first: flexToken(), retired: flexToken(), renewed: flexToken() },
    madeAtMs: Date.now(),
  };
  await writeFile(path, JSON.stringify(secrets), { mode: 0o600, flag: "wx" });
  return secrets;
}

function flexToken(): string {
  return BigInt(`0x${randomBytes(10).toString("hex")}`).toString();
}
