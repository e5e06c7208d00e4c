import { inspect } from "node:util";
import { createFillbook, type FillbookEvent, type FillbookOptions, ImportError, isImportError } from "@fillbook/core";
import type { AnyConnector } from "@fillbook/core/connector";
import { aesVault } from "@fillbook/core/node";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted } from "@fillbook/testkit";
import { expect, test } from "vitest";

// Goal: whatever a host hands to Fillbook may fail, and its operator learns why. Method: each port throws an error that
// holds a cause, the credentials and a URL with a token; the cause must be in the log, in the run's last event and in its
// last step, and the secrets nowhere.

const CAUSE = "the reason 4711";
const SECRET = "c4n4ry-token-of-the-account";
const words = `${CAUSE}, asked with ${SECRET} at https://user:${SECRET}@broker.example/x?t=c4n4ry-query`;

const fault = () => Object.assign(new TypeError(words, { cause: new Error(`below: ${words}`) }), { row: SECRET });
const fails = async (): Promise<never> => {
  throw fault();
};
const plain = scripted({ pages: [{ records: [{ kind: "execution", execution: anExecution() }] }] });
const vault = aesVault({ keys: [{ id: "k", key: Buffer.alloc(32, 7) }], primary: "k" });

type Faults = Partial<FillbookOptions<readonly AnyConnector[]>> & {
  /** Store methods that fail once the connection is there. */
  readonly store?: never;
  readonly storeFails?: readonly string[];
};

/** A book of which one port fails once a connection is there. */
async function aWorld({ storeFails = [], ...faults }: Faults) {
  const clock = fakeClock();
  const heard: unknown[] = [];
  const log = (level: string) => (data: object, message: string) => void heard.push(level, data, message);
  const logger = { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
  const events: FillbookEvent[] = [];
  let isBroken = false;
  const whole = memoryStore({ clock });
  const store = new Proxy(whole, {
    get: (target, name) => (isBroken && storeFails.includes(String(name)) ? fails : Reflect.get(target, name)),
  });
  const shared = { store, clock, logger, onEvent: (event: FillbookEvent) => void events.push(event) };
  const healthy = createFillbook({ ...shared, connectors: [plain], vault });
  const credentials = { token: SECRET };
  const { id: connectionId } = await healthy.forUser("ann").connect({ connector: "scripted", credentials });
  isBroken = true;
  const book = createFillbook({ ...shared, connectors: [plain], vault, ...faults });
  return { book, user: book.forUser("ann"), connectionId, heard, events, store: whole };
}

const shown = (value: unknown) => inspect(value, { depth: 20, showHidden: true, maxStringLength: null });

const ports: readonly (readonly [string, Faults])[] = [
  ["vault.open", { vault: { ...vault, open: fails } }],
  ["credentials", { credentials: fails }],
  ["connector.pull", { connectors: [{ ...plain, pull: () => only(fails) }] }],
  [
    "connector.pull, at once",
    {
      connectors: [
        {
          ...plain,
          pull: () => {
            throw fault();
          },
        },
      ],
    },
  ],
  ["connector.cursor", { connectors: [{ ...plain, settings: throwing() }] }],
  ["connector.credentials", { connectors: [{ ...plain, credentials: throwing() }] }],
  ["store.commit", { storeFails: ["commit"] }],
  ["store.endRun", { storeFails: ["endRun"] }],
  ["store.sealedCredentials", { storeFails: ["sealedCredentials"] }],
  [
    "store.readState",
    {
      storeFails: ["readState"],
      connectors: [
        {
          ...plain,
          pull: ({ state }) => only(() => state.read("key")),
        },
      ],
    },
  ],
  [
    "store.writeState",
    {
      storeFails: ["writeState"],
      connectors: [
        {
          ...plain,
          pull: ({ state }) => only(() => state.write("key", 1, 0)),
        },
      ],
    },
  ],
];

/** Pages of which there is none, after this work. */
function only(work: () => Promise<unknown>): ReturnType<AnyConnector["pull"]> {
  const next = async () => {
    await work();
    return { done: true, value: undefined } as const;
  };
  return { [Symbol.asyncIterator]: () => ({ next }) };
}

/** A schema that throws when it reads a value. */
function throwing(): AnyConnector["settings"] {
  const run = () => {
    throw fault();
  };
  const inner = Object.create(plain.settings._zod, { run: { value: run } });
  return Object.create(plain.settings, { _zod: { value: inner } });
}

test.each(ports)("causes: where %s fails, log, event and step say why", async (port, faults) => {
  const { book, connectionId, heard, events, store } = await aWorld(faults);
  const report = await book.ingest({ connectionId, mode: "manual" });
  expect(report).toMatchObject({ error: { code: expect.any(String) } });
  const errors = heard.filter((_, index) => heard[index - 1] === "error");
  expect(shown(errors)).toContain(CAUSE);
  const finished = events.find((event) => event.type === "run.finished");
  expect(isImportError(finished?.error)).toBe(true);
  expect(shown(finished?.error)).toContain(CAUSE);
  const steps = await store.steps("ann", { limit: 100 });
  // A job that could not be closed has no last step.
  if (port !== "store.endRun") expect(JSON.stringify(steps.items.find(({ name }) => name === "end"))).toContain(CAUSE);
  for (const place of [heard, events, steps, report]) expect(shown(place)).not.toContain("c4n4ry-query");
  // Before the credentials are read nobody knows what to mask.
  if (!/^(?:vault|credentials|connector\.c|store\.sealed)/.test(port)) {
    for (const place of [heard, events, steps, report]) expect(shown(place)).not.toContain(SECRET);
  }
  expect(JSON.stringify([events, report])).not.toContain(CAUSE);
});

test("causes: what normalize threw is logged once a page, and the records are rejects", async () => {
  const connector = {
    ...plain,
    normalize: () => {
      throw fault();
    },
  };
  const { book, connectionId, heard } = await aWorld({ connectors: [connector] });
  expect(await book.ingest({ connectionId, mode: "manual" })).toMatchObject({ stats: { rejected: 1 } });
  expect(heard.filter((part) => typeof part === "string" && part.startsWith("normalize threw"))).toHaveLength(1);
  expect(shown(heard)).toContain(CAUSE);
  expect(shown(heard)).not.toContain("c4n4ry");
});

test.each([["renewLease"], ["writeSteps"], ["replaceSealedCredentials"]])(
  "causes: where store.%s fails, the log says why",
  async (method) => {
    const slow: AnyConnector = {
      ...plain,
      pull: ({ clock }) => only(() => clock.sleep(300_000)),
    };
    const rotated = aesVault({
      keys: [
        { id: "n", key: Buffer.alloc(32, 8) },
        { id: "k", key: Buffer.alloc(32, 7) },
      ],
      primary: "n",
    });
    const { book, connectionId, heard } = await aWorld({ storeFails: [method], connectors: [slow], vault: rotated });
    await book.ingest({ connectionId, mode: "manual" });
    expect(shown(heard)).toContain(CAUSE);
    expect(shown(heard)).not.toContain("c4n4ry");
  },
);

test("causes: a run that cannot begin is logged, and reported without its words", async () => {
  const { book, user, heard } = await aWorld({ storeFails: ["beginRun"] });
  const results = [...(await book.ingestDue()), ...(await user.syncAll())];
  expect(results).toHaveLength(2);
  expect(results.map(({ error }) => error?.code)).toEqual(["STORE_FAILED", "STORE_FAILED"]);
  expect(JSON.stringify(results)).not.toContain(CAUSE);
  expect(heard.filter((part) => part === "the run could not begin")).toHaveLength(2);
  expect(shown(heard)).toContain(CAUSE);
  expect(shown(heard)).not.toContain("c4n4ry-query");
});

test("causes: what a call of a person throws has its cause", async () => {
  const credentials = { token: SECRET };
  for (const [code, faults] of [
    ["UNEXPECTED", { connectors: [{ ...plain, check: fails }] }],
    ["STORE_FAILED", { storeFails: ["createConnection"] }],
  ] as const) {
    const { user } = await aWorld(faults);
    const error = await user.connect({ connector: "scripted", credentials }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ImportError);
    expect(error).toMatchObject({ code, cause: { message: expect.stringContaining(CAUSE) } });
  }
});

test("causes: a host whose tradePlans fail keeps its inbox, and its log says why", async () => {
  const { book, user, connectionId, heard } = await aWorld({ tradePlans: fails });
  await book.ingest({ connectionId, mode: "manual" });
  expect((await user.inbox()).items).toMatchObject([{ suggestion: { reason: "unavailable" } }]);
  expect(shown(heard)).toContain(CAUSE);
  expect(shown(heard)).not.toContain("c4n4ry-query");
});
