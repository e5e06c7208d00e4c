import { ImportError, type Instant, instantFromUnixMs, type Json } from "@fillbook/core";
import type { Connector, ExecutionInput, Normalized, PullRequest } from "@fillbook/core/connector";
import { z } from "zod";
import type { DoverBroker } from "./dover-broker.ts";

/** What an author may get wrong. */
export type DoverDefect =
  | "swaps-sides"
  | "floats-quantities"
  | "ignores-busts"
  | "drops-revisions"
  | "ignores-the-unknown"
  | "keeps-the-signal"
  | "looks-at-the-signal-only"
  | "misreads-refusals"
  | "leaks-the-key"
  | "reads-one-page"
  | "runs-ahead"
  | "throws-on-data"
  | "makes-up-moments"
  | "claims-too-much"
  | "logs-the-key";

type Credentials = { readonly key: string };
type Cursor = { readonly after: number };
type Dover = Connector<"dover", Credentials, Record<string, never>, Json, null, Cursor>;
type Request = Pick<PullRequest<Credentials, Record<string, never>, Cursor>, "credentials" | "signal">;

const FROM = instantFromUnixMs(Date.UTC(2026, 0, 5, 9));
const TO = instantFromUnixMs(Date.UTC(2026, 0, 5, 10));

/** Dover's connector as it should be, or with one defect. */
export function doverConnector(broker: DoverBroker, defect: DoverDefect | null): Dover {
  const get = async (path: string, { credentials, signal: asked }: Request) => {
    if (defect === "looks-at-the-signal-only") asked.throwIfAborted();
    const isKept = defect === "keeps-the-signal" || defect === "looks-at-the-signal-only";
    const signal = isKept ? new AbortController().signal : asked;
    const { status, body, dateMs } = await broker.get(path, { key: credentials.key, signal });
    if (status === 401) throw refusal(credentials.key, defect);
    if (status !== 200) throw new ImportError("BROKER_ERROR", `Dover answered HTTP ${status}`);
    return { body, reportedAt: instantFromUnixMs(dateMs) };
  };
  return {
    id: "dover",
    broker: "dover",
    contract: 1,
    credentials: z.strictObject({ key: z.string().min(1) }),
    settings: z.strictObject({}),
    cursor: z.strictObject({ after: z.number().int() }),
    async check(request) {
      const { account } = z.object({ account: z.string() }).parse((await get("/me", request)).body);
      return { accountRef: account, accounts: [account], permissions: ["read"], historyFrom: null, warnings: [] };
    },
    async *pull(request) {
      let after = request.cursor?.after ?? 0;
      for (let more = true; more; ) {
        const { body, reportedAt } = await get(`/events?after=${after}`, request);
        const page = pageSchema.parse(body);
        if (defect === "logs-the-key") request.logger.info({ key: request.credentials.key }, "page");
        after = page.events.at(-1)?.no ?? after;
        more = page.more && defect !== "reads-one-page";
        const isAhead = defect === "runs-ahead" && more;
        yield {
          records: page.events.map((raw) => ({ raw })),
          context: null,
          cursor: { after: isAhead ? after + 1 : after },
          reportedAt: defect === "makes-up-moments" ? nowOf(request.clock.now()) : reportedAt,
          coverage: {
            covered: more && defect !== "claims-too-much" ? [] : [{ from: FROM, to: TO, evidence: "events" }],
          },
        };
      }
    },
    normalize: (raw) => normalizeEvent(raw, defect),
  };
}

function refusal(key: string, defect: DoverDefect | null): ImportError {
  if (defect === "misreads-refusals") return new ImportError("BROKER_UNAVAILABLE", "Dover answered HTTP 401");
  return new ImportError(
    "CREDENTIALS_INVALID",
    defect === "leaks-the-key" ? `Dover refused ${key}` : "Dover refused it",
  );
}

function nowOf(ms: number): Instant {
  return instantFromUnixMs(ms);
}

const eventSchema = z
  .looseObject({ no: z.number().int() })
  .transform((event) => event as { no: number } & Record<string, Json>);
const pageSchema = z.object({ events: z.array(eventSchema), more: z.boolean() });
const bustSchema = z.object({ type: z.literal("bust"), id: z.string(), version: z.number(), account: z.string() });
const fillSchema = z.object({
  type: z.literal("fill"),
  id: z.string(),
  version: z.number(),
  account: z.string(),
  order: z.string(),
  at: z.string(),
  sym: z.string(),
  bs: z.enum(["B", "S"]),
  qty: z.string(),
  px: z.string(),
});

function normalizeEvent(raw: Json, defect: DoverDefect | null): Normalized {
  if (z.object({ type: z.literal("dividend") }).safeParse(raw).success) return { kind: "ignored", reason: "no fill" };
  const bust = bustSchema.safeParse(raw);
  const source = { connector: "dover", authority: 1 } as const;
  if (bust.success) {
    if (defect === "ignores-busts") return { kind: "ignored", reason: "no fill" };
    const { id, version, account } = bust.data;
    return { kind: "cancel", cancel: { broker: "dover", account, familyId: id, revision: version, source } };
  }
  const read = fillSchema.safeParse(raw);
  if (read.success) return { kind: "execution", execution: { ...executionOf(read.data, defect), source } };
  if (defect === "throws-on-data") throw read.error;
  return { kind: defect === "ignores-the-unknown" ? "ignored" : "rejected", reason: z.prettifyError(read.error) };
}

function executionOf(row: z.output<typeof fillSchema>, defect: DoverDefect | null): Omit<ExecutionInput, "source"> {
  const { id, version, account, order, at, sym, bs, qty, px } = row;
  const isBuy = (bs === "B") !== (defect === "swaps-sides");
  return {
    broker: "dover",
    account,
    familyId: id,
    executionId: id,
    revision: defect === "drops-revisions" ? 0 : version,
    executedAt: at,
    side: isBuy ? "buy" : "sell",
    quantity: defect === "floats-quantities" ? String(Number(qty)) : qty,
    price: px,
    fees: [{ amount: "0.35", currency: "USD" }],
    instrument: { symbol: sym, rawSymbol: sym, kind: "stock", currency: "USD" },
    order: { permanentId: order },
  };
}
