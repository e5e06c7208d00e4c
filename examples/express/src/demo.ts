import { randomBytes } from "node:crypto";
import { startDemoBrokers } from "./demo-brokers.ts";
import { type DemoSecrets, demoSecrets } from "./demo-secrets.ts";
import type { RunningServer } from "./server.ts";
import { addUser } from "./users.ts";

const NAME = "demo";

/** Everything that a trial needs and a real server must be given: secrets, brokers, a user. */
export async function startDemo(dataDir: string) {
  const secrets = await demoSecrets(dataDir);
  const { clock, connectors, close } = await startDemoBrokers(secrets);
  return {
    clock,
    connectors,
    close,
    /** In place of the environment's: a demo never touches a real database. */
    environment: {
      SESSION_SECRET: secrets.sessionSecret,
      FILLBOOK_VAULT_KEY: secrets.vaultKey,
      FILLBOOK_DATA_DIR: dataDir,
      DATABASE_URL: undefined,
    },
    welcome: (server: RunningServer) => welcome(server, secrets),
  };
}

/** Makes the demo's user at the first start. The password is shown this once and kept only as a hash. */
async function welcome({ book, database }: RunningServer, { krakenKey }: DemoSecrets): Promise<string | null> {
  const password = randomBytes(15).toString("base64url");
  const user = await addUser(database, { name: NAME, password });
  if (user === null) return null;
  await book.forUser(user.id).connect({ connector: "kraken", credentials: krakenKey, label: "Simulated Kraken" });
  return `log in as ${NAME} with the password ${password} (it is not shown again)`;
}
