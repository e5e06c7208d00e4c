import type { Instant, Json } from "@fillbook/core";
import type {
  CancelInput,
  Connector,
  ExecutionInput,
  Page,
  PageCoverage,
  PageDiagnostic,
} from "@fillbook/core/connector";
import { z } from "zod";

/** One record of a script: what `normalize` shall make of it. */
export type ScriptedRecord =
  /** A fill; `ordinal` as of a page's record. */
  | { readonly kind: "execution"; readonly execution: ExecutionInput; readonly ordinal?: number }
  /** The broker takes a fill back. */
  | { readonly kind: "cancel"; readonly cancel: CancelInput }
  /** What `normalize` says of it; `raw` is the record where it matters. */
  | { readonly kind: "ignored" | "rejected"; readonly reason: string; readonly raw?: Json }
  /** A record of which `normalize` throws. */
  | { readonly kind: "broken" };

/** A page of a script, or an error that the broker answers instead. */
export type ScriptedPage =
  | {
      /** What the broker sends. */
      readonly records: readonly ScriptedRecord[];
      /** @defaultValue none */
      readonly diagnostics?: readonly PageDiagnostic[];
      /** @defaultValue none */
      readonly resolved?: Page<Json, Json, Json>["resolved"];
      /** @defaultValue nothing is said */
      readonly coverage?: PageCoverage;
      /** @defaultValue the number of the next page */
      readonly cursor?: Json;
      /** @defaultValue unknown */
      readonly reportedAt?: Instant;
    }
  /** Thrown by `pull` in place of the page. */
  | { readonly error: Error };

export type ScriptedConnector<Id extends string> = Connector<
  Id,
  /** Any token opens the account. */
  { readonly token: string },
  Record<string, never>,
  Json,
  Json,
  Json
> & {
  /** How many pages were pulled so far, errors included. */
  readonly pulled: () => number;
};

/**
 * A connector that plays a script. The cursor is the number of the next page, so a run goes on where the last committed
 * page ended. Credentials are `{ token }`.
 */
export function scripted<const Id extends string = "scripted">(options: {
  readonly pages: readonly ScriptedPage[] | (() => readonly ScriptedPage[]);
  /** @defaultValue "scripted" */
  readonly id?: Id;
  /** @defaultValue "scripted" */
  readonly broker?: string;
}): ScriptedConnector<Id> {
  let pulled = 0;
  // Without an id the type parameter has its default, which is this text.
  const id = (options.id ?? "scripted") as Id;
  return {
    id,
    broker: options.broker ?? "scripted",
    contract: 1,
    credentials: z.object({ token: z.string() }),
    settings: z.record(z.string(), z.never()),
    cursor: z.json(),
    pulled: () => pulled,
    async check({ signal }) {
      signal.throwIfAborted();
      return { accountRef: "A1", accounts: ["A1"], permissions: ["read"], historyFrom: null, warnings: [] };
    },
    async *pull({ cursor, signal, clock }) {
      const pages = typeof options.pages === "function" ? options.pages() : options.pages;
      for (let index = nextPage(cursor); index < pages.length; index += 1) {
        await clock.sleep(10, signal);
        pulled += 1;
        const page = pages[index];
        if (page === undefined) return;
        if ("error" in page) throw page.error;
        yield scriptedPage(page, index + 1);
      }
    },
    normalize(raw) {
      if (!isScripted(raw)) return { kind: "rejected", reason: "the record is not of a script" };
      if (raw.kind === "broken") throw new TypeError("scripted");
      return raw;
    },
  };
}

const KINDS: readonly unknown[] = ["execution", "cancel", "ignored", "rejected", "broken"];

// What stands beside the kind was typed by the script's author; core checks it like any connector's.
function isScripted(raw: unknown): raw is ScriptedRecord {
  return typeof raw === "object" && raw !== null && "kind" in raw && KINDS.includes(raw.kind);
}

function nextPage(cursor: Json): number {
  return typeof cursor === "object" && cursor !== null && "page" in cursor ? Number(cursor.page) : 0;
}

/** The page as a connector yields it; the record's own number goes beside it. */
export function scriptedPage(
  page: Extract<ScriptedPage, { records: unknown }>,
  number: number,
): Page<Json, Json, Json> {
  return {
    records: page.records.map((record) => {
      // A script holds JSON only.
      const raw = record as unknown as Json;
      return "ordinal" in record && record.ordinal !== undefined ? { raw, ordinal: record.ordinal } : { raw };
    }),
    context: { script: 1 },
    cursor: page.cursor ?? { page: number },
    ...(page.diagnostics === undefined ? {} : { diagnostics: page.diagnostics }),
    ...(page.resolved === undefined ? {} : { resolved: page.resolved }),
    ...(page.coverage === undefined ? {} : { coverage: page.coverage }),
    ...(page.reportedAt === undefined ? {} : { reportedAt: page.reportedAt }),
  };
}
