import { ibkrFlex } from "@fillbook/connector-ibkr";
import { flexDocument, flexQuery, generateFills } from "@fillbook/connector-ibkr/simulator";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Client, itemsOf } from "./support/client.ts";
import { openTestServer, type TestServer } from "./support/test-server.ts";

// Goal: an upload is bounded, is a file that somebody reads, and is of the right account, before anything is written.
// Method: statements of the simulator, whole, cut off, of another account, and bytes that are none.

const FILE_BYTES = 400_000;
const ACCOUNT = "U1234567";

let server: TestServer;
let ada: Client;
let path: string;

beforeAll(async () => {
  server = await openTestServer({ fileBytes: FILE_BYTES }, [ibkrFlex()]);
  ada = await server.signedUp("ada");
  const connection = { connector: "ibkr-flex", offline: true, accountRef: ACCOUNT };
  const made = await ada.post("/api/connections", connection);
  expect(made.status).toBe(201);
  path = `/api/connections/${made.body.id}/file`;
});
afterAll(() => server.close());

async function statement(accountId: string, count = 20): Promise<string> {
  const rows = [...generateFills({ count, seed: 3, accountId, days: 3 })];
  const days = { fromDay: "2026-01-05", toDay: "2026-01-09" };
  let text = "";
  const query = flexQuery({ type: "AF" });
  const account = { accountId, alias: "", model: "", baseCurrency: "USD" };
  const statements = [{ account, ...days, period: "", entries: rows }];
  for await (const chunk of flexDocument({ query, statements, generatedAtMs: Date.UTC(2026, 0, 10) })) text += chunk;
  return text;
}

function* piecesOf(text: string) {
  for (let at = 0; at < text.length; at += 65_536) yield new TextEncoder().encode(text.slice(at, at + 65_536));
}

const upload = (body: string, headers: Record<string, string> = {}, who: Client = ada) =>
  who.send("POST", path, {
    headers: {
      ...{ cookie: who.cookie ?? "", "x-csrf-token": who.csrfToken ?? "" },
      ...{ "content-type": "application/octet-stream", ...headers },
    },
    body,
  });
const stored = async () => itemsOf(await ada.get("/api/executions?limit=200")).length;

it("a stranger's connection is not there, whatever the file is", async () => {
  const eve = await server.signedUp("eve");
  expect((await upload(await statement(ACCOUNT), {}, eve)).status).toBe(404);
  expect((await upload("nothing", {}, server.visitor())).status).toBe(403);
});

it.each([
  ["bytes of a program", "\u007fELF\u0002\u0001"],
  ["nothing at all", ""],
  ["text without columns", "hello\nworld"],
])("%s is no file that anybody reads", async (_name, body) => {
  expect((await upload(body)).status).toBe(415);
  expect(itemsOf(await ada.get("/api/jobs"))).toEqual([]);
});

it("a file that says that it is too large is refused before it is read", async () => {
  const text = `<FlexQueryResponse>${" ".repeat(FILE_BYTES)}`;
  expect((await upload(text)).status).toBe(413);
  expect(itemsOf(await ada.get("/api/jobs"))).toEqual([]);
});

it("a file that does not say its size is refused where it gets too large", async () => {
  const text = await statement(ACCOUNT, 600);
  expect(text.length).toBeGreaterThan(FILE_BYTES);
  const response = await fetch(`${server.url}${path}`, {
    method: "POST",
    headers: { cookie: ada.cookie ?? "", "x-csrf-token": ada.csrfToken ?? "" },
    body: ReadableStream.from(piecesOf(text)),
    duplex: "half",
  } as RequestInit);
  expect(response.status).toBe(413);
  // Pages that were read before stay stored, as of any run that ends early.
  expect(await stored()).toBeLessThan(600);
});

it("another account's statement is refused before anything is written", async () => {
  const before = await stored();
  const answer = await upload(await statement("U9999999"));
  expect(answer.body).toMatchObject({ status: "failed", error: { code: "ACCOUNT_MISMATCH" }, stats: { inserted: 0 } });
  expect(await stored()).toBe(before);
});

it("a statement is imported, once however often it is uploaded", async () => {
  const text = await statement(ACCOUNT);
  const first = await upload(text);
  expect(first.body).toMatchObject({ status: "succeeded", error: null });
  const count = await stored();
  expect(count).toBeGreaterThanOrEqual(20);
  const again = await upload(text);
  expect(again.body).toMatchObject({ status: "succeeded", stats: { inserted: 0 } });
  expect(await stored()).toBe(count);
});

it("a statement that is cut off is told, and what it held stays", async () => {
  const text = await statement(ACCOUNT);
  const answer = await upload(text.slice(0, text.length - 200));
  expect(answer.body).toMatchObject({ error: { code: "PROTOCOL" } });
});
