import { type IbkrGateway, type IbkrWebPolicy, ibkrWeb } from "@fillbook/connector-ibkr";
import { expect, test } from "vitest";
import { aaplFacts, goodAnswer, scriptedHost, scriptedPortal, scriptedRow } from "./support/scripted-portal.ts";

// Goal: a user reads only the gateways that the host allows him, and learns nothing of the others; one gateway's 429 stops
// no other. Method: scripted gateways by port, owners of one store, and policies of each form.

const url = (port: number) => `https://localhost:${port}/v1/api`;

function aHost(refuses: (base: string) => boolean = () => false) {
  const script = scriptedPortal((question) => {
    const account = `U${new URL(question.base).port}`;
    if (refuses(question.base) && question.path === "/iserver/account/trades")
      return { status: 429, body: "Too Many Requests" };
    return goodAnswer(question, { account, rows: [scriptedRow(account)], secdef: [aaplFacts] });
  });
  return { ...scriptedHost(script.fetch), script };
}

const forms: readonly (readonly [string, (own: readonly IbkrGateway[]) => NonNullable<IbkrWebPolicy["gateways"]>])[] = [
  ["a list", (own) => own],
  ["a function", (own) => () => own],
  ["a function that answers later", (own) => async () => own],
];

const own = [
  { url: url(1), userIds: ["alice"] },
  { url: url(2), userIds: ["bob", "carol"] },
  { url: url(3), userIds: ["bob"] },
  { url: url(4), userIds: [] },
];

for (const [form, gatewaysOf] of forms) {
  test(`gateways: by ${form}, the only one of an owner is his default, and nobody else's`, async () => {
    const { book, script } = aHost();
    const host = book({ gateways: gatewaysOf(own) });
    const connected = await host.forUser("alice").connect({ connector: "ibkr-web" });
    expect(connected.accountRef).toBe("U1");
    expect(script.asked.every((line) => line.startsWith(url(1)))).toBe(true);
    const before = script.asked.length;
    const refused = { code: "OPTION_INVALID", message: "ibkrWeb(): the host allows this owner no gateway" };
    await expect(host.forUser("mallory").connect({ connector: "ibkr-web" })).rejects.toMatchObject(refused);
    expect(script.asked).toHaveLength(before);
  });

  test(`gateways: by ${form}, one of several is named, and a refusal says nothing of the others`, async () => {
    const { book, script } = aHost();
    const host = book({ gateways: gatewaysOf(own) });
    const connect = (owner: string, gatewayUrl?: string) =>
      host.forUser(owner).connect({
        connector: "ibkr-web",
        settings: gatewayUrl === undefined ? {} : { gatewayUrl },
      });
    expect((await connect("bob", `${url(3)}/`)).accountRef).toBe("U3");
    await expect(connect("bob")).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringContaining("gatewayUrl is missing"),
    });
    const before = script.asked.length;
    const answers: string[] = [];
    // Another owner's, nobody's, and one that does not exist are all the same.
    for (const wanted of [url(1), url(4), url(9), "https://localhost:1/v1/apix", "nonsense", ""]) {
      const error = await connect("carol", wanted).catch((refusal: Error) => refusal);
      expect(error).toMatchObject({ code: "OPTION_INVALID" });
      answers.push(error instanceof Error ? error.message : "connected");
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).not.toMatch(/localhost|\d/);
    expect(script.asked).toHaveLength(before);
  });

  test(`gateways: by ${form}, one that is taken away ends the connection's runs, and given back it is read on`, async () => {
    const { book, script, clock } = aHost();
    const before = book({ gateways: gatewaysOf(own) });
    const { id } = await before.forUser("alice").connect({ connector: "ibkr-web" });
    expect(await before.ingest({ connectionId: id, mode: "manual" })).toMatchObject({ status: "succeeded" });
    const asked = script.asked.length;
    for (const left of [[], [{ url: url(1), userIds: ["bob"] }], own.slice(1)]) {
      const report = await book({ gateways: gatewaysOf(left) }).ingest({ connectionId: id, mode: "manual" });
      expect(report).toMatchObject({ status: "failed", error: { code: "OPTION_INVALID" } });
    }
    expect(script.asked).toHaveLength(asked);
    clock.advance(900_000);
    expect(await before.ingest({ connectionId: id, mode: "manual" })).toMatchObject({ status: "succeeded" });
  });
}

test("gateways: without the option, and with an entry for all, as documented", async () => {
  const { book } = aHost();
  await expect(book({}).forUser("alice").connect({ connector: "ibkr-web" })).rejects.toMatchObject({
    code: "OPTION_INVALID",
  });
  const shared = book({ gateways: [{ url: url(1) }] });
  for (const owner of ["alice", "bob"])
    expect((await shared.forUser(owner).connect({ connector: "ibkr-web" })).accountRef).toBe("U1");
});

// What a host in JavaScript may write by mistake: none of it allows anybody.
const mistakes: readonly unknown[] = [
  [{ url: url(1), userIds: "alice" }],
  [{ url: url(1), userIds: [1] }],
  [{ url: url(1), userIds: { alice: true } }],
  { url: url(1) },
  "https://localhost:1/v1/api",
  null,
  [{ url: "http://localhost:1/v1/api", userIds: ["alice"] }],
  [{ url: url(1), userIds: ["alice"], egress: "" }],
];

test.each(mistakes)("gateways: %j is refused, as a list and as a function's answer", async (mistake) => {
  // A host's mistake has not the option's type.
  const wrong = mistake as readonly IbkrGateway[];
  if (mistake !== null)
    expect(() => ibkrWeb({ gateways: wrong })).toThrow(expect.objectContaining({ code: "OPTION_INVALID" }));
  const { book, script } = aHost();
  const host = book({ gateways: () => wrong });
  for (const owner of ["alice", "al"])
    await expect(host.forUser(owner).connect({ connector: "ibkr-web" })).rejects.toMatchObject({
      code: "OPTION_INVALID",
    });
  expect(script.asked).toEqual([]);
});

test("gateways: a function is asked with the owner alone; where it fails, nothing is sent and nobody must log in", async () => {
  const { book, script } = aHost();
  const asked: unknown[] = [];
  const answers = (owner: { readonly userId: string }) => {
    asked.push(owner);
    return [{ url: url(1) }];
  };
  const { id } = await book({ gateways: answers }).forUser("alice").connect({ connector: "ibkr-web" });
  expect(asked).toEqual([{ userId: "alice" }]);
  const before = script.asked.length;
  const failing = [
    () => {
      throw new Error("the host's database is away");
    },
    async () => Promise.reject(new Error("the host's database is away")),
  ];
  for (const gateways of failing) {
    const report = await book({ gateways }).ingest({ connectionId: id, mode: "manual" });
    expect(report).toMatchObject({ error: { code: "CREDENTIALS_UNAVAILABLE", recovery: "wait" } });
    expect(report).not.toMatchObject({ error: { message: expect.stringContaining("database") } });
  }
  expect(script.asked).toHaveLength(before);
});

test("gateways: a function that never answers ends with the run", async () => {
  const { book } = aHost();
  const { id } = await book({ gateways: [{ url: url(1) }] })
    .forUser("alice")
    .connect({ connector: "ibkr-web" });
  const stop = new AbortController();
  const gateways = () => {
    stop.abort();
    return new Promise<never>(() => {});
  };
  const report = await book({ gateways }).ingest({ connectionId: id, mode: "manual", signal: stop.signal });
  expect(report).toMatchObject({ error: { code: "ABORTED" } });
});

test("gateways: two entries of one address are two trusts, and twice for one owner is refused", async () => {
  const { book } = aHost();
  const twice = [
    { url: url(1), userIds: ["alice"] },
    { url: `${url(1)}/`, userIds: ["alice", "bob"] },
  ];
  const host = book({ gateways: twice });
  const connect = (owner: string) =>
    host.forUser(owner).connect({ connector: "ibkr-web", settings: { gatewayUrl: url(1) } });
  await expect(connect("alice")).rejects.toMatchObject({ code: "OPTION_INVALID" });
  expect((await connect("bob")).accountRef).toBe("U1");
});

type Owner = { readonly owner: string; readonly port: number };

/** One after the other connects and runs; answers with how each ended. */
async function ends(policy: Partial<IbkrGateway>, owners: readonly Owner[]) {
  const { book, script, clock } = aHost((base) => base === url(1));
  const host = book({ gateways: [1, 2].map((port) => ({ url: url(port), ...policy })) });
  const outcomes: string[] = [];
  for (const { owner, port } of owners) {
    const made = { connector: "ibkr-web", settings: { gatewayUrl: url(port) } } as const;
    const outcome = await host
      .forUser(owner)
      .connect(made)
      .then(
        async ({ id }) => {
          const report = await host.ingest({ connectionId: id, mode: "manual" });
          return "error" in report ? (report.error?.code ?? "ok") : report.status;
        },
        (error: { readonly code: string }) => error.code,
      );
    outcomes.push(outcome);
  }
  return { outcomes, script, clock, host };
}

test("429: a gateway's pauses that gateway, for all who share it, and no other", async () => {
  const owners = [
    { owner: "mallory", port: 1 },
    { owner: "alice", port: 2 },
    { owner: "bob", port: 1 },
  ];
  const { outcomes, script } = await ends({}, owners);
  expect(outcomes).toEqual(["RATE_LIMITED", "ok", "RATE_LIMITED"]);
  const trades = script.paths(url(1)).filter((path) => path === "/iserver/account/trades");
  expect(trades).toHaveLength(1);
});

test("429: a pause names the gateway, and ends after fifteen minutes", async () => {
  const { host, clock } = await ends({}, [{ owner: "alice", port: 1 }]);
  const { items } = await host.forUser("alice").connections({});
  const id = items[0]?.id ?? "";
  expect(await host.ingest({ connectionId: id, mode: "manual" })).toMatchObject({
    error: { code: "RATE_LIMITED", message: expect.stringContaining("limits this gateway") },
  });
  clock.advance(900_000);
  expect(await host.ingest({ connectionId: id, mode: "manual" })).toMatchObject({
    error: { code: "RATE_LIMITED", message: expect.stringContaining("HTTP 429") },
  });
});

test("429: gateways that the host gave one egress share it", async () => {
  const owners = [
    { owner: "alice", port: 1 },
    { owner: "alice", port: 2 },
  ];
  const { outcomes, script } = await ends({ egress: "the office" }, owners);
  expect(outcomes).toEqual(["RATE_LIMITED", "RATE_LIMITED"]);
  expect(script.paths(url(2))).toEqual([]);
});
