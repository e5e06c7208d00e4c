import type { Instrument } from "./execution.ts";
import type { Instant } from "./instant.ts";
import type { JobStatus, SliceRequest, Trade } from "./read-types.ts";

/** What lists of trades and executions choose by; each names a field of their items. */
export interface ReportFilter extends SliceRequest {
  /** The connection that reported it, of a trade the one that touched it last. */
  readonly connectionId?: string;
  /** The broker's name, such as `connector.broker`. */
  readonly broker?: string;
  /** The broker's name of the account. */
  readonly account?: string;
  /** Of an execution the job that stored it, of a trade the one that touched it last. */
  readonly jobId?: string;
  /** Only instruments of this kind. */
  readonly instrumentKind?: Instrument["kind"];
  /** The broker's own id of the instrument. */
  readonly instrumentId?: string;
  /**
   * Any spelling of the symbol, or of the beginning of its first part, which is the asset of a pair or the underlying of an
   * option: `xbt` finds `BTC/USD` and `BTC/EUR`, and `BTCUSD` only the first. See `instrumentKey`.
   */
  readonly symbol?: string;
  /**
   * The beginning of a symbol in any spelling, of an execution's id, or of its order's: the order's permanent id or else
   * number, and its reference. Upper and lower case are tried as they are written, all upper, and all lower.
   */
  readonly search?: string;
  /** Executed at or after this moment, of a trade its last fill. */
  readonly from?: Instant;
  /** Executed at or before this moment, of a trade its last fill. */
  readonly to?: Instant;
}

/** As `executions`, by what is true of the report that stands for the fill. */
export interface FillFilter extends ReportFilter {
  /** The fills of one trade. */
  readonly tradeId?: string;
}

/** A trade is found by the ids of its order and of all its executions. */
export interface TradeFilter extends ReportFilter {
  /** Whether a person decided on it. */
  readonly inbox?: Trade["inbox"];
  /** Whether its order is filled. */
  readonly status?: Trade["status"];
  /** True: those that are not as a person saw them; false: all others. */
  readonly changedSinceReview?: boolean;
}

export interface ExecutionFilter extends ReportFilter {
  /** Of one fill: all of its reports. */
  readonly familyKey?: string;
  /** The reports of one trade's fills. */
  readonly tradeId?: string;
  /** Only reports that count. */
  readonly canonical?: boolean;
}

export interface JobFilter extends SliceRequest {
  /** Jobs of this connection. @defaultValue all */
  readonly connectionId?: string;
  /** Jobs of this status. @defaultValue all */
  readonly status?: JobStatus;
}
