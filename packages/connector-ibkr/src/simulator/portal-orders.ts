import type { PortalAnswer, PortalCall } from "./portal-routes.ts";
import type { PortalState } from "./portal-state.ts";
import type { SimulatedInstrument } from "./simulated-instrument.ts";
import { simulatedInstruments } from "./simulated-instruments.ts";

/** An order that waits for an answer to a question. */
interface OpenQuestion {
  readonly order: PlacedOrder;
  /** The questions that are left, each by its message id. */
  readonly left: readonly string[];
}

interface PlacedOrder {
  readonly accountId: string;
  readonly instrument: SimulatedInstrument;
  readonly side: "buy" | "sell";
  readonly quantity: string;
  readonly reference: string | null;
}

/** What the orders part remembers. */
export interface PortalOrders {
  /** Client order ids that were used. */
  readonly registered: Set<string>;
  readonly questions: Map<string, OpenQuestion>;
  placed: number;
}

/** An orders part that has seen no order. */
export function portalOrders(): PortalOrders {
  return { registered: new Set(), questions: new Map(), placed: 0 };
}

const ORDERS = /^\/iserver\/account\/([^/]+)\/orders$/;
const REPLY = /^\/iserver\/reply\/([^/]+)$/;

/** Places market orders, which fill at once, after as many questions as the options say; null for other paths. */
export function answerOrders(state: PortalState, call: PortalCall, route: string): PortalAnswer | null {
  if (call.method !== "POST") return null;
  const [, accountId] = ORDERS.exec(route) ?? [];
  const [, question] = REPLY.exec(route) ?? [];
  if (accountId !== undefined) return placeOrder(state, call, accountId);
  return question === undefined ? null : reply(state, call, question);
}

function placeOrder(state: PortalState, call: PortalCall, accountId: string): PortalAnswer {
  const { orders } = state;
  if (!state.simulator.accounts.some((account) => account.accountId === accountId)) {
    return said({ error: `Bad Request: accountId is not valid: ${accountId}`, statusCode: 400 }, 400);
  }
  const [sent] = listOf(bodyOf(call).orders);
  const { conid, side, quantity, orderType, cOID } = sent ?? {};
  const instrument = Object.values(simulatedInstruments).find((one) => one.conid === String(conid));
  const isWhole = (side === "BUY" || side === "SELL") && Number(quantity) > 0;
  if (instrument === undefined || !isWhole) return said({ error: "invalid order" }, 500);
  const reference = typeof cOID === "string" ? cOID : null;
  if (reference !== null && orders.registered.has(reference)) {
    return said({ error: `Order couldn't be submitted: Local order ID=${reference} is already registered.` });
  }
  if (orderType !== "MKT") return said({ error: "We cannot accept an order at the limit price you selected." });
  if (reference !== null) orders.registered.add(reference);
  const order = {
    accountId,
    instrument,
    side: side === "BUY" ? "buy" : "sell",
    quantity: String(quantity),
    reference,
  } as const;
  return asked(state, { order, left: state.options.orderQuestions });
}

function reply(state: PortalState, call: PortalCall, id: string): PortalAnswer {
  const question = state.orders.questions.get(id);
  if (question === undefined) return said({ error: `reply id not found: '${id}'` });
  state.orders.questions.delete(id);
  if (bodyOf(call).confirmed !== true) return said({ error: "Order not confirmed " });
  return asked(state, question);
}

/** The next question, or the fill. */
function asked(state: PortalState, { order, left }: OpenQuestion): PortalAnswer {
  const { orders, simulator } = state;
  const [messageId, ...rest] = left;
  if (messageId !== undefined) {
    const id = `00000000-0000-4000-8000-${String(orders.questions.size + orders.placed).padStart(12, "0")}`;
    orders.questions.set(id, { order, left: rest });
    const message = ["You are about to submit an order without market data. Are you sure?"];
    return said([{ id, message, isSuppressed: false, messageIds: [messageId] }]);
  }
  orders.placed += 1;
  const { reference, ...facts } = order;
  const [fill] = [simulator.book.addFill({ ...facts, price: "100", order: { reference, byApi: true } })];
  const orderId = String(BigInt(state.options.orderIdBase) + BigInt(fill.order?.permanentId ?? "0"));
  return said([{ order_id: orderId, local_order_id: reference, order_status: "Filled", encrypt_message: "1" }]);
}

function said(value: unknown, status = 200): PortalAnswer {
  return { status, text: JSON.stringify(value) };
}

type Sent = Readonly<Record<string, unknown>>;

function bodyOf({ body }: PortalCall): Sent {
  try {
    return { ...JSON.parse(body) };
  } catch {
    return {};
  }
}

function listOf(value: unknown): readonly Sent[] {
  return Array.isArray(value) ? value : [];
}
