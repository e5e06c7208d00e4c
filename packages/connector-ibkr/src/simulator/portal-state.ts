import { easternTime } from "./eastern-time.ts";
import { type FaultPlan, faultPlan } from "./fault-plan.ts";
import type { PortalConsumerHolder } from "./portal-consumer.ts";
import { createPortalLimits, type PortalLimits } from "./portal-limits.ts";
import { type PortalOrders, portalOrders } from "./portal-orders.ts";
import type { PortalFault, PortalOptions, PortalRequest } from "./simulated-portal.ts";
import type { SimulatorState } from "./simulator-state.ts";

/** A login and the brokerage session above it. */
export interface PortalSession {
  readonly face: "gateway" | "oauth";
  /** Changes with each login. */
  id: number;
  sso: boolean;
  brokerage: boolean;
  /** When the brokerage session was opened. */
  openedMs: number;
  lastMs: number;
  /** New York's day of the login, which ends it. */
  day: string;
  selected: string;
  accountsAsked: boolean;
  tradesCalls: number;
}

/** All that the Client Portal face knows. */
export interface PortalState {
  readonly simulator: SimulatorState;
  readonly options: Required<Omit<PortalOptions, "oauth">>;
  readonly gateway: PortalSession;
  readonly oauth: PortalSession;
  readonly consumer: PortalConsumerHolder;
  readonly limits: PortalLimits;
  readonly orders: PortalOrders;
  readonly faults: FaultPlan<PortalFault>;
  readonly requests: PortalRequest[];
  /** Whether another program wants the brokerage session. */
  competing: boolean;
  thrownOut: number;
}

/** The state of a face that nobody has called yet. */
export function createPortalState(
  simulator: SimulatorState,
  options: PortalOptions,
  consumer: PortalConsumerHolder,
): PortalState {
  const whole = { ...defaults, ...options };
  const nowMs = simulator.clock.now();
  const selected = simulator.accounts[0].accountId;
  const session = { id: 1, sso: whole.loggedIn, brokerage: whole.loggedIn, openedMs: 0, lastMs: nowMs };
  const rest = { day: easternTime(nowMs).day, selected, accountsAsked: false, tradesCalls: 0 };
  return {
    ...{ simulator, options: whole, consumer, competing: false, thrownOut: 0, requests: [] },
    gateway: { face: "gateway", ...session, ...rest },
    oauth: { face: "oauth", ...session, ...rest, sso: true, brokerage: false },
    orders: portalOrders(),
    limits: createPortalLimits(simulator.options.limits, whole.penaltyMs),
    faults: faultPlan(({ path }) => path),
  };
}

const IDLE_MS = 6 * 60_000;

const defaults = {
  loggedIn: true,
  gatewayTickles: true,
  firstTradesEmpty: true,
  tradeDelayMs: 0,
  commissionDelayMs: 0,
  startingMs: 0,
  penaltyMs: 600_000,
  keepsRevisions: true,
  keepsBusted: false,
  rowOrder: "newest",
  duplicates: false,
  spelling: "usual",
  accountNames: "both",
  unknownConids: [],
  orderIdBase: "17000000000",
  orderQuestions: [],
} as const;

/** What time alone has done to a session: silence ends the brokerage session, midnight in New York all of it. */
export function passTime(state: PortalState, session: PortalSession, nowMs: number): void {
  const { day } = easternTime(nowMs);
  if (day !== session.day) {
    endSession(session);
    state.consumer.liveSession = session.face === "oauth" ? null : state.consumer.liveSession;
  }
  const kept = session.face === "gateway" && state.options.gatewayTickles;
  if (!kept && nowMs - session.lastMs > IDLE_MS) endBrokerage(session);
  session.day = session.face === "oauth" ? day : session.day;
  session.lastMs = nowMs;
}

/** A person logs in at the gateway, or a new live session token is made. */
export function openLogin(session: PortalSession, nowMs: number): void {
  const opened = session.face === "gateway";
  Object.assign(session, { id: session.id + 1, sso: true, day: easternTime(nowMs).day, lastMs: nowMs });
  Object.assign(session, { brokerage: opened, openedMs: nowMs, accountsAsked: false, tradesCalls: 0 });
}

/** Opens the brokerage session; the first trades call after it answers nothing again. */
export function openBrokerage(session: PortalSession, nowMs: number): void {
  Object.assign(session, { brokerage: true, openedMs: nowMs, accountsAsked: false, tradesCalls: 0 });
}

/** Ends the brokerage session; the login stays. */
export function endBrokerage(session: PortalSession): void {
  session.brokerage = false;
  session.accountsAsked = false;
}

/** Ends all of it. */
export function endSession(session: PortalSession): void {
  endBrokerage(session);
  session.sso = session.face === "oauth";
}
