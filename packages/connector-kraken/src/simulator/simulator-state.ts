import { type AuthLockout, createAuthLockout } from "./auth-lockout.ts";
import { type CallCounter, createCallCounter } from "./call-counter.ts";
import { machineClock, type SimulatorClock } from "./clock.ts";
import { defaultSimulatedPairs } from "./default-pairs.ts";
import { createExportBook, type ExportBook } from "./export-book.ts";
import { createFaultPlan, type FaultPlan } from "./fault-plan.ts";
import type { KrakenSimulatorOptions, KrakenSystemStatus } from "./kraken-simulator.ts";
import { createLedgerBook, type LedgerBook } from "./ledger-book.ts";
import { createNonceRegister, type NonceRegister } from "./nonce-register.ts";
import { createRequestLog, type RequestLog } from "./request-log.ts";
import { type SimulatedKey, simulatedKey } from "./simulated-key.ts";
import type { SimulatedPair } from "./simulated-pair.ts";
import { createTradeBook, type TradeBook } from "./trade-book.ts";

/** A key and what the server remembers of its use. */
export interface KeyHolder {
  readonly key: SimulatedKey;
  readonly nonces: NonceRegister;
  readonly counter: CallCounter;
  lastUsedMs: number | null;
}

/** All that a running simulator knows. */
export interface SimulatorState {
  readonly clock: SimulatorClock;
  readonly historyCost: number;
  readonly holders: ReadonlyMap<string, KeyHolder>;
  readonly pairs: readonly SimulatedPair[];
  /** Shares a token, by pair. */
  readonly multipliers: Map<string, string>;
  readonly book: TradeBook;
  readonly ledgers: LedgerBook;
  readonly exports: ExportBook;
  readonly lockout: AuthLockout;
  readonly faults: FaultPlan;
  readonly log: RequestLog;
  /** Aborted by `close()`: ends every wait. */
  readonly closing: AbortController;
  systemStatus: KrakenSystemStatus;
}

/** The state of a simulator that nobody has called yet. Throws when there is no key, or two keys are the same. */
export function createSimulatorState(options: KrakenSimulatorOptions): SimulatorState {
  const { clock = machineClock, tier = "starter", historyCost = 2, trades = [], ledgers = [] } = options;
  const { keys = [{}], pairs = defaultSimulatedPairs(), exportMs = 20_000 } = options;
  const holders = new Map<string, KeyHolder>();
  for (const key of keys.map((keyOptions) => simulatedKey(keyOptions))) {
    if (holders.has(key.apiKey)) throw new Error("two simulated keys have the same apiKey");
    const nonces = createNonceRegister({ last: key.lastNonce, window: key.nonceWindow });
    holders.set(key.apiKey, { key, nonces, counter: createCallCounter(tier), lastUsedMs: null });
  }
  const book = createTradeBook();
  for (const trade of trades) book.add(trade);
  const ledgerBook = createLedgerBook(book, pairs);
  for (const entry of ledgers) ledgerBook.add(entry);
  return {
    clock,
    historyCost,
    holders,
    pairs,
    multipliers: new Map(pairs.map(({ key, multiplier = "1" }) => [key, multiplier])),
    book,
    ledgers: ledgerBook,
    exports: createExportBook(exportMs),
    lockout: createAuthLockout(),
    faults: createFaultPlan(),
    log: createRequestLog(),
    closing: new AbortController(),
    systemStatus: "online",
  };
}
