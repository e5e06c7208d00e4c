import { randomBytes } from "node:crypto";
import type { UserBook } from "@fillbook/core";
import { demoAccounts, demoQueries, startDemoBrokers } from "./demo-brokers.ts";
import { addDemoPlans, reviewOldTrades } from "./demo-plans.ts";
import { type DemoSecrets, demoSecrets } from "./demo-secrets.ts";
import type { RunningServer } from "./server.ts";
import { addUser } from "./users.ts";

const NAME = "demo";

/** Everything that a trial needs and a real server must be given: secrets, brokers, a user with some history. */
export async function startDemo(dataDir: string) {
  const secrets = await demoSecrets(dataDir);
  const brokers = await startDemoBrokers(secrets);
  return {
    clock: brokers.clock,
    connectors: brokers.connectors,
    close: brokers.close,
    /** In place of the environment's: a demo never touches a real database. */
    environment: {
      SESSION_SECRET: secrets.sessionSecret,
      FILLBOOK_VAULT_KEY: secrets.vaultKey,
      FILLBOOK_DATA_DIR: dataDir,
      DATABASE_URL: undefined,
    },
    welcome: (server: RunningServer) => welcome(server, secrets, brokers),
  };
}

type Brokers = Awaited<ReturnType<typeof startDemoBrokers>>;

/** Makes the demo's user at the first start. The password is shown this once and kept only as a hash. */
async function welcome(
  { book, database }: RunningServer,
  secrets: DemoSecrets,
  brokers: Brokers,
): Promise<string | null> {
  const password = randomBytes(15).toString("base64url");
  const made = await addUser(database, { name: NAME, password }, secrets.userId);
  if (made === null) {
    // The brokers are as the last start left them.
    brokers.changeLater();
    brokers.retireToken();
    return null;
  }
  const user = book.forUser(made.id);
  const { income } = await addDemoPlans(database, made.id);
  await connectAll(user, secrets);
  await user.syncAll();
  await reviewOldTrades(user, { income, nowMs: secrets.madeAtMs });
  brokers.changeLater();
  brokers.retireToken();
  await user.syncAll();
  return [
    `log in as ${NAME} with the password ${password} (it is not shown again)`,
    `the connection "Retirement" waits for a new token: ${secrets.flexTokens.renewed}`,
  ].join("\n");
}

async function connectAll(user: UserBook, { krakenKey, flexTokens }: DemoSecrets): Promise<void> {
  await user.connect({ connector: "kraken", credentials: krakenKey, label: "Kraken" });
  await user.connect({
    ...{ connector: "ibkr-flex", label: "Interactive Brokers", accountRef: demoAccounts.main },
    ...{ credentials: { token: flexTokens.first }, settings: { queryId: demoQueries.main } },
  });
  await user.connect({
    ...{ connector: "ibkr-web", label: "Interactive Brokers live", accountRef: demoAccounts.main },
    credentials: { kind: "gateway" },
  });
  await user.connect({
    ...{ connector: "ibkr-flex", label: "Retirement", accountRef: demoAccounts.retirement },
    ...{ credentials: { token: flexTokens.retired }, settings: { queryId: demoQueries.retirement } },
  });
}
