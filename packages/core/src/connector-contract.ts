import type * as z from "zod/mini";
import type { Clock } from "./clock.ts";
import type { CheckResult } from "./connector-check.ts";
import type { CancelInput, ExecutionInput } from "./execution.ts";
import type { Instant } from "./instant.ts";
import type { Json } from "./json.ts";
import type { Logger } from "./logger.ts";
import type { SharedState } from "./shared-state.ts";

/** Why a run happens: by schedule, because a person asked, or to read history. */
export type RunMode = "scheduled" | "manual" | "backfill";

/** A span of time; an absent end means "as far as the broker goes" or "now". */
export interface RunWindow {
  /** @defaultValue as far back as the broker goes */
  readonly from?: Instant;
  /** @defaultValue now */
  readonly to?: Instant;
}

/** What a connector may know of its connection. */
export interface PullConnection<Settings> {
  /** The connection's own, for keys of shared state. */
  readonly id: string;
  /** Whose account it is. What one owner's broker said is never another owner's fact: key such state by it. */
  readonly userId: string;
  /** The account that is to be read. Records of another one are `ignored`, credentials of another one end the run as `ACCOUNT_MISMATCH`. */
  readonly accountRef: string;
  /** As the connector's own schema read them. */
  readonly settings: Settings;
}

export interface PullRequest<Credentials, Settings, Cursor> {
  /** Whose account is read, and how. */
  readonly connection: PullConnection<Settings>;
  /** As the connector's own schema read them. They go to the broker and nowhere else. */
  readonly credentials: Credentials;
  /** The cursor of the last committed page, null before the first. */
  readonly cursor: Cursor | null;
  /** `backfill` reads history again, all of it or the window, whatever the cursor says. */
  readonly mode: RunMode;
  /** A span to read besides what is new; `{}` without one. */
  readonly window: RunWindow;
  /** Ends every wait and request at once. */
  readonly signal: AbortSignal;
  /** All waiting goes through `clock.sleep`: it keeps the run's lease alive. */
  readonly clock: Clock;
  /** For whoever runs the host: counts, codes and paths, never a record or a credential. */
  readonly logger: Logger;
  /** What must hold for all workers of the host: pacing, nonces, sessions. */
  readonly state: SharedState;
}

/** Something about a page that a person should know although its records were read. */
export interface PageDiagnostic {
  /** `coverage_gap`: records are missing; `partial_import`: a part could not be read; `warning`: all else. */
  readonly kind: "coverage_gap" | "partial_import" | "warning";
  /** Names what it is about within the connection; the same key is the same problem. */
  readonly key: string;
  /** For a person: what happened to which thing. Without amounts and secrets. */
  readonly message: string;
}

/** A span of the broker's history by the times of its records; `to` is not part of it. */
export interface HistorySpan {
  /** The first moment of it. */
  readonly from: Instant;
  /** The first moment behind it. */
  readonly to: Instant;
}

/** A span whose records are all stored. */
export interface CoveredSpan extends HistorySpan {
  /** By what the connector knows it, in a few words that stay the same: `TradesHistory`, `Flex statement`. */
  readonly evidence: string;
}

/** A span that was read and is not complete. */
export interface MissingSpan extends HistorySpan {
  /** Why, for a person. */
  readonly reason: string;
  /** True where another look would bring the same: it is not read again until somebody asks for it. */
  readonly lasting?: boolean;
}

/** What a page makes of the connection's coverage. */
export interface PageCoverage {
  /**
   * Complete once this page is stored: every record of these spans that the broker shows was yielded, by this page or
   * before. A pass that stopped early claims nothing. Records that the broker shows late are the overlap's business.
   */
  readonly covered: readonly CoveredSpan[];
  /** What the cursor holds open for later pages, in place of what it held before; absent leaves it. */
  readonly open?: readonly HistorySpan[];
  /** Read to the end, but records are known to be missing. */
  readonly missing?: readonly MissingSpan[];
}

/** One record as the broker sent it. */
export interface PageRecord<Raw> {
  /** As the broker sent it, amounts as text. It is stored, and read again by later versions of `normalize`. */
  readonly raw: Raw;
  /**
   * Only for records without any id: how many records of equal `contentKey` came before it in the broker's whole record
   * set (a statement, whole days), never in a page. The first is 0.
   */
  readonly ordinal?: number;
}

/** One answer of a broker. */
export interface Page<Raw, Context, Cursor> {
  /** In any order; empty where only the cursor or the coverage moves. */
  readonly records: readonly PageRecord<Raw>[];
  /** What `normalize` needs beside the record. Stored once by its hash, so it should seldom change. */
  readonly context: Context;
  /** Safe once this page is stored: it may make the next run repeat records, it must never skip one that was not yielded. */
  readonly cursor: Cursor;
  /**
   * When the broker reported this, by its own clock: an answer's `Date`, the moment at which a file was generated. Of
   * contradicting reports of one fill the one that was first reported last counts; absent it is unknown, which loses.
   */
  readonly reportedAt?: Instant | null;
  /** They open problems. @defaultValue none */
  readonly diagnostics?: readonly PageDiagnostic[];
  /** Diagnostics of earlier pages and runs that are over: their problems close with this page. */
  readonly resolved?: readonly Pick<PageDiagnostic, "kind" | "key">[];
  /** Left out where the broker gives no evidence of completeness. */
  readonly coverage?: PageCoverage;
  /** For progress displays: how many records this run has read and will read, as far as the broker counts them. */
  readonly expectedRecords?: number;
}

/** A page of a file. It has no cursor: reading a file moves none. */
export type FilePage<Raw, Context> = Omit<Page<Raw, Context, never>, "cursor">;

export interface FileRequest<Settings> {
  /** The connection that the file is imported to. */
  readonly connection: PullConnection<Settings>;
  /** Ends the reading at once. */
  readonly signal: AbortSignal;
  /** All waiting goes through it. */
  readonly clock: Clock;
  /** As of `PullRequest`. */
  readonly logger: Logger;
}

/** What one record is. `ignored` is only for known non-fills; anything unknown is `rejected`. */
export type Normalized =
  /** A fill, or a later version of one. */
  | { readonly kind: "execution"; readonly execution: ExecutionInput }
  /** The broker takes a fill back. */
  | { readonly kind: "cancel"; readonly cancel: CancelInput }
  /** A known non-fill, and what it is: few different texts, since they are counted. */
  | { readonly kind: "ignored"; readonly reason: string }
  /** Anything else, and what is wrong with it, for a person: a field and not its value. */
  | { readonly kind: "rejected"; readonly reason: string };

/**
 * Code that reads one interface of one broker. A plain object, made by a function that holds policy (allowed hosts, TLS,
 * limits); what differs by account is in `settings`.
 *
 * The connector's duties: sign, pace, retry, page, and never yield a cursor that claims what it did not yield.
 * Not its duties: dedupe, corrections, storage, schedules.
 */
export interface Connector<
  Id extends string,
  Credentials,
  Settings,
  Raw extends Json,
  Context extends Json,
  Cursor extends Json,
  Given = Settings,
  FileSettings = Settings,
> {
  /** Stored with each connection, so it never changes. */
  readonly id: Id;
  /** Stands in every execution; connectors of one broker share it, so that a fill that both report is one. */
  readonly broker: string;
  readonly contract: 1;
  /** Reads credentials before anything is sent; what it refuses is `CREDENTIALS_MALFORMED`. */
  readonly credentials: z.core.$ZodType<Credentials>;
  /**
   * What differs by account, read at each run; what it refuses is `OPTION_INVALID`. Its input is what `connect` takes: a
   * setting without a default is required there.
   */
  readonly settings: z.core.$ZodType<Settings, Given>;
  /** What a connection needs of them that only takes files; absent: all. */
  readonly fileSettings?: z.core.$ZodType<FileSettings, unknown>;
  /** Reads a cursor back from the store; a cursor it does not accept ends the run with `CURSOR_INVALID`. */
  readonly cursor: z.core.$ZodType<Cursor>;
  /** One cheap live call that proves the credentials. Throws ImportError. */
  check(request: {
    /** Who connects. A host may allow an owner less than another. */
    readonly userId: string;
    readonly credentials: Credentials;
    readonly settings: Settings;
    readonly signal: AbortSignal;
    readonly clock: Clock;
    readonly state: SharedState;
  }): Promise<CheckResult<Cursor>>;
  /** Throws `OPTION_INVALID` for settings that the next run would refuse; left out where the schema says it all. */
  checkSettings?(
    request: Pick<PullRequest<Credentials, Settings, Cursor>, "cursor" | "signal"> &
      Pick<PullConnection<Settings>, "userId" | "settings">,
  ): Promise<void>;
  /**
   * All input and output. Throws ImportError; pages yielded before stay stored. Where `signal` aborts what it reads, it
   * throws too: ending without an error means that nothing is left to read. It may yield one page before it throws, with what
   * it was answered so far: where a run's budget ended it, that page is stored, after any other abort it is not.
   */
  pull(request: PullRequest<Credentials, Settings, Cursor>): AsyncIterable<Page<Raw, Context, Cursor>>;
  /**
   * Reads a file that a person downloaded from the broker. Its records are those of `pull`, so what both told is stored
   * once. Throws ImportError: before the first page for a file of another account or kind, and at its end for a file that
   * is not whole; pages yielded before stay stored. Left out when the broker has no such files.
   */
  readFile?(
    stream: AsyncIterable<Uint8Array>,
    request: FileRequest<FileSettings>,
  ): AsyncIterable<FilePage<Raw, Context>>;
  /** Pure; never throws on data. */
  normalize(raw: Raw, context: Context): Normalized;
}

// Variance: a list of connectors with different credentials has no common type but this one. Core reads values through
// the connector's own schemas before it hands them back, so nothing unchecked passes.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyConnector = Connector<string, any, any, any, any, any, any, any>;
