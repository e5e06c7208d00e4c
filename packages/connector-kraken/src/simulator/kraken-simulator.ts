import type { SimulatedTier } from "./call-counter.ts";
import type { SimulatorClock } from "./clock.ts";
import type { SimulatedExport } from "./export-book.ts";
import type { SimulatedKey, SimulatedKeyOptions } from "./simulated-key.ts";
import type { SimulatedLedger } from "./simulated-ledger.ts";
import type { SimulatedPair } from "./simulated-pair.ts";
import type { SimulatedTrade } from "./simulated-trade.ts";
import type { InjectedFault, SimulatorFault } from "./simulator-fault.ts";
import type { SimulatedTradePatch } from "./trade-book.ts";

/** What SystemStatus can say. */
export type KrakenSystemStatus = "online" | "maintenance" | "cancel_only" | "post_only";

/** Settings of a simulator. */
export interface KrakenSimulatorOptions {
  /** @defaultValue the machine's clock */
  readonly clock?: SimulatorClock;
  /** @defaultValue "starter" */
  readonly tier?: SimulatedTier;
  /** Points that a call of TradesHistory, QueryTrades or Ledgers costs; Kraken's pages say 2 or 4. @defaultValue 2 */
  readonly historyCost?: number;
  /** Keys of the account. @defaultValue one key that may read funds, orders, trades and ledgers */
  readonly keys?: readonly SimulatedKeyOptions[];
  /** In order of arrival: of equal times the last counts as newest. @defaultValue none */
  readonly trades?: readonly SimulatedTrade[];
  /** Ledger entries beside those that trades leave behind. @defaultValue none */
  readonly ledgers?: readonly SimulatedLedger[];
  /** How long an export is in the making, in milliseconds of the clock; the first quarter it is queued. @defaultValue 20_000 */
  readonly exportMs?: number;
  /** What AssetPairs and Assets list. @defaultValue defaultSimulatedPairs() */
  readonly pairs?: readonly SimulatedPair[];
}

/** One request, as the simulator saw it. It never holds a secret: an `otp` is replaced by "[redacted]". */
export interface SimulatedRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The path without its query. */
  readonly path: string;
  /** The decoded form or query; of a repeated name the last. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The API-Key header: the public half of the key. */
  readonly apiKey: string | null;
  readonly nonce: string | null;
  /** When the body had come in, by the simulator's clock. */
  readonly atMs: number;
  /** "ok", the errors answered, or "fault: <kind>"; "pending" while there is no answer. */
  readonly outcome: string;
  /** The HTTP status answered; 0 when there was no answer. */
  readonly status: number;
}

/** A running simulator of Kraken Spot REST: one account, on a loopback address. */
export interface KrakenSimulator extends AsyncDisposable {
  /** "http://127.0.0.1:<port>", without a slash at the end. */
  readonly url: string;
  /** The first key. */
  readonly key: SimulatedKey;
  readonly keys: readonly SimulatedKey[];
  /** Every request so far, oldest first. */
  readonly requests: readonly SimulatedRequest[];
  /** Throws on a txid that is already there. */
  addTrades(...trades: readonly SimulatedTrade[]): void;
  /** Throws on an unknown txid. */
  changeTrade(txid: string, patch: SimulatedTradePatch): void;
  /** Throws on an unknown txid. */
  removeTrade(txid: string): void;
  /** Throws on an id that is already there. */
  addLedgers(...entries: readonly SimulatedLedger[]): void;
  /** Changes how many shares a token of a pair stands for, as a split does. */
  setMultiplier(pair: string, multiplier: string): void;
  /** Exports that were asked for and not removed. */
  readonly exports: readonly SimulatedExport[];
  /** Loses an export before its time, as when it expires. */
  dropExport(id: string): void;
  /** "maintenance" makes every private call answer EService:Unavailable, unchecked and uncharged. */
  setSystemStatus(status: KrakenSystemStatus): void;
  /** Adds a fault; several may be at work. */
  inject(fault: SimulatorFault): InjectedFault;
  /** Points on a key's call counter now. @defaultValue the first key */
  counter(apiKey?: string): number;
  /** Ends every open connection and the server. */
  close(): Promise<void>;
}
