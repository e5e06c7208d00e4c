import { inspect } from "node:util";
import { createFillbook, ImportError, type Vault } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { aesVault } from "@fillbook/core/node";
import { anExecution, fakeClock, scripted, scriptedPage } from "@fillbook/testkit";
import { expect, test } from "vitest";
import { ranReport } from "../../testkit/src/suite/play.ts";
import { serverStore } from "./support/test-store.ts";

// Goal: no secret reaches anything that is kept, shown or thrown. Method: every path that holds credentials is taken, well
// and badly; logs, events, errors with their causes, reads and all rows as text are searched. A label is looked for in the
// same places, so that a search which finds nothing is not one that looks nowhere.

const LABEL = "label-to-be-found";
const SECRETS = ["c4n4ry-first", "c4n4ry-second", "c4n4ry-refused", "c4n4ry-malformed", "c4n4ry-expired"];
const keys = [
  { id: "old", key: Buffer.from("c4n4ry-key-old-0123456789abcdefg") },
  { id: "new", key: Buffer.from("c4n4ry-key-new-0123456789abcdefg") },
];

const connector: AnyConnector = {
  ...scripted({ pages: [] }),
  async check({ credentials: { token } }) {
    if (token === "c4n4ry-refused") throw new ImportError("CREDENTIALS_INVALID", "the broker refused the token");
    return { accountRef: "A1", accounts: ["A1"], permissions: [], historyFrom: null, warnings: ["it may trade"] };
  },
  async *pull({ credentials: { token }, logger }) {
    logger.info({ length: token.length }, "signed in");
    if (token === "c4n4ry-expired") throw new ImportError("PERMISSION_DENIED", "the token has expired");
    yield scriptedPage({ records: [{ kind: "execution", execution: anExecution() }, { kind: "broken" }] }, 1);
    if (token === "c4n4ry-second") throw new TypeError("undefined is not a function");
  },
};

/** A book that writes down all it says. */
async function aWorld() {
  const { store, schema, pool } = await serverStore();
  const clock = fakeClock();
  const said: unknown[] = [];
  const log = (data: object, message: string) => void said.push(data, message);
  const logger = { debug: log, info: log, warn: log, error: log };
  const onEvent = (event: object) => {
    said.push(event);
    throw new Error("a handler failed");
  };
  const bookWith = (vault: Vault) => createFillbook({ store, connectors: [connector], clock, logger, onEvent, vault });
  const hear = async (doing: Promise<unknown>) => {
    said.push(await doing.catch((error: unknown) => error));
  };
  return { schema, pool, store, said, bookWith, hear };
}

type World = Awaited<ReturnType<typeof aWorld>>;

test("canary: no secret is in any log, event, error, read or row, however it ends", { timeout: 60_000 }, async () => {
  const world = await aWorld();
  await goWell(world);
  await goBadly(world);
  const { store, said } = world;
  const filter = { state: "all", limit: 200 } as const;
  said.push(await store.connections("ann", {}), await store.jobs("ann", {}), await store.problems("ann", filter));
  said.push(await store.executions("ann", {}), await store.steps("ann", {}));
  const rows = await allRows(world);
  const shown = `${inspect(said, { depth: null, maxArrayLength: null, showHidden: true })}${JSON.stringify(said)}`;
  expect(shown).toContain(LABEL);
  expect(rows).toContain(LABEL);
  expect(rows).toContain('"kid":"new"');
  for (const secret of [...SECRETS, ...keys.map(({ key }) => key.toString())]) {
    for (const form of ["utf8", "base64", "hex"] as const) {
      expect(shown, secret).not.toContain(Buffer.from(secret).toString(form));
      expect(rows, secret).not.toContain(Buffer.from(secret).toString(form));
    }
  }
  expect(shown + rows).not.toContain("c4n4ry");
});

/** Connects, runs, changes, rotates and disconnects. */
async function goWell({ bookWith, hear }: World): Promise<void> {
  const book = bookWith(aesVault({ keys, primary: "old" }));
  const user = book.forUser("ann");
  const first = {
    connector: "scripted",
    label: LABEL,
    credentials: { token: "c4n4ry-first" },
    allowSecond: true,
  } as const;
  const [kept, ended] = [await user.connect(first), await user.connect(first)];
  await hear(book.ingest({ connectionId: kept.id, mode: "manual" }));
  await hear(user.updateConnection(kept.id, { label: LABEL }));
  await hear(bookWith(aesVault({ keys, primary: "new" })).rotateKeys());
  await hear(user.reconnect(kept.id, { token: "c4n4ry-first" }));
  await hear(user.disconnect(ended.id));
  await hear(bookWith(aesVault({ keys, primary: "new" })).ingest({ connectionId: kept.id, mode: "manual" }));
}

/** Takes every way in which credentials fail: at the person, the broker, the vault and the store. */
async function goBadly(world: World): Promise<void> {
  const { store, bookWith, hear, said } = world;
  const vault = aesVault({ keys, primary: "new" });
  const user = bookWith(vault).forUser("ann");
  const connect = (credentials: object) =>
    user.connect({ connector: "scripted", credentials, label: LABEL, allowSecond: true });
  await hear(connect({ token: ["c4n4ry-malformed"] }));
  await hear(connect({ token: "c4n4ry-malformed", endless: 1n }));
  await hear(connect({ token: "c4n4ry-refused" }));
  const run = async (connectionId: string, by: Vault = vault) => {
    const report = ranReport(await bookWith(by).ingest({ connectionId, mode: "manual" }));
    said.push(report);
    return report.error?.code;
  };
  const { id: expired } = await connect({ token: "c4n4ry-expired" });
  expect(await run(expired)).toBe("PERMISSION_DENIED");
  const { id } = await connect({ token: "c4n4ry-second" });
  expect(await run(id)).toBe("UNEXPECTED");
  const down = () => Promise.reject(new Error("the key service does not answer"));
  const quoting = (plain: unknown) => Promise.reject(Object.assign(new Error(`no: ${plain}`), { body: plain }));
  const outage: Vault = { ...vault, open: down, seal: quoting };
  const rotating: Vault = { ...vault, seal: quoting, needsRotation: () => true };
  expect(await run(id, outage)).toBe("CREDENTIALS_UNAVAILABLE");
  await run(id, rotating);
  await hear(bookWith(outage).rotateKeys());
  await hear(bookWith(rotating).rotateKeys());
  await hear(bookWith(outage).forUser("ann").reconnect(id, { token: "c4n4ry-first" }));
  // A vault that opens something else than it sealed: the parser would quote it.
  expect(await run(id, { ...vault, open: async () => Buffer.from("c4n4ry-first") })).toBe("CREDENTIALS_UNAVAILABLE");
  expect(await run(id, aesVault({ keys: keys.slice(0, 1), primary: "old" }))).toBe("CREDENTIALS_UNAVAILABLE");
  const expected = await store.sealedCredentials("ann", id);
  const torn = { owner: "ann", connectionId: id, expected, sealed: { ...Object(expected), ct: "AAAA" } };
  expect(await store.replaceSealedCredentials(torn)).toBe(true);
  expect(await run(id)).toBe("CREDENTIALS_UNAVAILABLE");
}

async function allRows({ schema, pool }: World): Promise<string> {
  const tables = await pool.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = $1",
    [schema],
  );
  expect(tables.rows.map(({ name }) => name)).toContain("sealed_credentials");
  const texts = [];
  for (const { name } of tables.rows) {
    const { rows } = await pool.query<{ row: string }>(`select t::text as row from "${schema}"."${name}" as t`);
    texts.push(...rows.map(({ row }) => row.replaceAll('""', '"')));
  }
  return texts.join("\n");
}
