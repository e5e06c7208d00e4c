import { expect, test } from "vitest";
import {
  aaplFacts,
  goodAnswer,
  type PortalQuestion,
  type PortalReply,
  readySession,
  scriptedHost,
  scriptedPortal,
  scriptedRow,
} from "./support/scripted-portal.ts";

// Goal: however a gateway's login ends, the connection asks for a login, and what is no such end is tried again.
// Method: a gateway that imports once and then answers each path as a case says, with a count of what it was asked.

const base = "https://localhost:5000/v1/api";
const empty: PortalReply = { body: "" };
const refused: PortalReply = { status: 401, body: "" };
const page: PortalReply = { body: '<!DOCTYPE html><html><form action="/sso/Login"></form></html>', type: "text/html" };
const redirect: PortalReply = { status: 302, body: "" };
const gone: PortalReply = { status: 410, body: "Gone" };
const missing: PortalReply = { status: 404, body: "Resource not found" };
const noBridge: PortalReply = { status: 400, body: { error: "Bad Request: no bridge", statusCode: 400 } };
const session = (more: object) => ({ body: { session: "s", iserver: { authStatus: { ...readySession, ...more } } } });

type Script = Readonly<Record<string, PortalReply | ((question: PortalQuestion) => PortalReply | null)>>;

/** Imports once at a good gateway, then again while it answers as the script says. */
async function afterwards(script: Script) {
  let isGood = true;
  const portal = scriptedPortal((question) => {
    const told = isGood ? undefined : script[question.path];
    const reply = typeof told === "function" ? told(question) : told;
    return reply ?? goodAnswer(question, { account: "U1", rows: [scriptedRow("U1")], secdef: [aaplFacts] });
  });
  const { book, clock } = scriptedHost(portal.fetch);
  const host = book({ gateways: [{ url: base }], retries: { retriesMax: 1 } });
  const user = host.forUser("ada");
  const { id } = await user.connect({ connector: "ibkr-web" });
  expect(await host.ingest({ connectionId: id, mode: "manual" })).toMatchObject({ stats: { inserted: 1 } });
  clock.advance(900_000);
  isGood = false;
  const before = portal.asked.length;
  const report = await host.ingest({ connectionId: id, mode: "manual" });
  const code = "error" in report ? (report.error?.code ?? "ok") : report.status;
  return { code, asked: portal.paths(base).slice(before), connection: await user.connection(id) };
}

const silent = { "/tickle": empty, "/iserver/auth/status": empty, "/iserver/auth/ssodh/init": empty };
const loggedOut = { authenticated: false, connected: false, established: false };

const ended: readonly (readonly [string, Script])[] = [
  ["empty answers, and 401 elsewhere", { ...silent, "/iserver/accounts": refused, "/sso/validate": refused }],
  [
    "empty answers, and 401 of the accounts alone",
    { ...silent, "/iserver/accounts": refused, "/sso/validate": missing },
  ],
  ["empty answers, and 401 of the login alone", { ...silent, "/iserver/accounts": empty, "/sso/validate": refused }],
  ["empty answers, and a page of the login alone", { ...silent, "/iserver/accounts": empty, "/sso/validate": page }],
  ["empty answers, and a redirect of the accounts", { ...silent, "/iserver/accounts": redirect }],
  [
    "empty answers, and a login that says it is none",
    { ...silent, "/iserver/accounts": empty, "/sso/validate": { body: { RESULT: false } } },
  ],
  [
    "objects without a word, and 401 elsewhere",
    { "/tickle": { body: {} }, "/iserver/auth/status": { body: {} }, "/iserver/accounts": refused },
  ],
  [
    "no brokerage session that opens, and 401 elsewhere",
    { "/tickle": session({ authenticated: false }), "/iserver/accounts": refused },
  ],
  [
    "a brokerage session that starts for ever, and 401 elsewhere",
    { "/tickle": session({ established: false }), "/iserver/accounts": refused },
  ],
  [
    "401 when the brokerage session is opened",
    { "/tickle": session({ authenticated: false }), "/iserver/auth/ssodh/init": refused },
  ],
  ["401 of the tickle", { "/tickle": refused }],
  ["a page of the tickle", { "/tickle": page }],
  ["401 of the status", { "/tickle": { body: { session: "s" } }, "/iserver/auth/status": refused }],
  ["401 of the accounts of a session that is ready", { "/iserver/accounts": refused }],
  ["401 of the trades of a session that is ready", { "/iserver/account/trades": refused }],
  ["a page in place of the trades of a session that is ready", { "/iserver/account/trades": page }],
  [
    "no bridge for ever, and 401 of the login",
    { "/iserver/account/trades": noBridge, "/iserver/accounts": ({ before }) => (before > 8 ? refused : null) },
  ],
  ["a status that says so", { "/tickle": session(loggedOut) }],
];

test.each(ended)("ended: %s asks for a login", async (_name, script) => {
  const { code, asked, connection } = await afterwards(script);
  expect(code).toBe("CREDENTIALS_INVALID");
  expect(connection.status).toBe("needs_reauth");
  expect(asked.length).toBeLessThan(70);
  expect(asked.filter((path) => path === "/sso/validate").length).toBeLessThan(2);
});

const alive: readonly (readonly [string, Script, string])[] = [
  [
    "empty answers everywhere",
    { ...silent, "/iserver/accounts": empty, "/iserver/account/trades": empty, "/sso/validate": empty },
    "BROKER_UNAVAILABLE",
  ],
  [
    "empty answers, and no way to ask for the login",
    { ...silent, "/iserver/accounts": empty, "/sso/validate": missing },
    "BROKER_UNAVAILABLE",
  ],
  ["empty answers of a session whose login lives", { ...silent, "/iserver/accounts": empty }, "BROKER_UNAVAILABLE"],
  [
    "410 of everything",
    { "/tickle": gone, "/iserver/accounts": gone, "/iserver/account/trades": gone, "/sso/validate": gone },
    "BROKER_UNAVAILABLE",
  ],
  ["410 of the trades", { "/iserver/account/trades": gone }, "BROKER_UNAVAILABLE"],
  ["empty trades", { "/iserver/account/trades": empty }, "BROKER_UNAVAILABLE"],
  [
    "an empty selection of the account",
    { "/iserver/accounts": { body: { accounts: ["U1", "U2"], selectedAccount: "U2" } }, "/iserver/account": empty },
    "BROKER_UNAVAILABLE",
  ],
  ["a session that competes", { "/tickle": session({ competing: true }) }, "LOCKED_OUT"],
  // A tickle that says nothing, of a session that is ready all the same.
  ["an empty tickle", { "/tickle": empty }, "ok"],
  ["an empty tickle and status", { "/tickle": empty, "/iserver/auth/status": empty }, "ok"],
  ["empty answers about instruments", { "/trsrv/secdef": empty }, "ok"],
];

test.each(alive)("not ended: %s is tried again", async (_name, script, expected) => {
  const { code, asked, connection } = await afterwards(script);
  expect(code).toBe(expected);
  expect(connection.status).toBe("active");
  expect(asked.length).toBeLessThan(70);
});

const paths = ["/tickle", "/iserver/accounts", "/iserver/account/trades"] as const;
const once = paths.flatMap((path) =>
  [
    ["empty", empty],
    ["410", gone],
    ["no bridge", noBridge],
  ].map(([name, reply]) => [`${name} of ${path}`, path, reply] as const),
);

test.each(once)("once: %s costs nothing but another call", async (_name, path, reply) => {
  let left = 1;
  const { code } = await afterwards({ [path]: () => (left-- > 0 ? (reply as PortalReply) : null) });
  expect(code).toBe("ok");
});

test.each(["/iserver/accounts", "/iserver/account/trades"])(
  "once: 401 of %s in a session that is ready is asked again",
  async (path) => {
    let left = 1;
    expect((await afterwards({ [path]: () => (left-- > 0 ? refused : null) })).code).toBe("ok");
  },
);

test("ended: a bridge that another login kicked out is opened again, and nobody has to log in", async () => {
  let isOut = true;
  const unlessOpened = () => (isOut ? empty : null);
  const script: Script = {
    "/tickle": unlessOpened,
    "/iserver/auth/status": unlessOpened,
    "/iserver/accounts": unlessOpened,
    "/iserver/auth/ssodh/init": () => {
      isOut = false;
      return null;
    },
  };
  expect((await afterwards(script)).code).toBe("ok");
});
