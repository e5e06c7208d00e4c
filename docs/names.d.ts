import type { IbkrFlexConnector, IbkrGateway, IbkrWebConnector, TwsGateway } from "@fillbook/connector-ibkr";
import type { KrakenConnector } from "@fillbook/connector-kraken";
import type { Fillbook, InboxTrade, Instant, TradePlans, UserBook, Vault } from "@fillbook/core";
import type { PostgresStore } from "@fillbook/store-postgres";

// What a block of code in a page takes for granted because the page, or the host, has made it before. A block that makes
// one itself uses its own.
type Connectors = readonly [KrakenConnector, IbkrFlexConnector, IbkrWebConnector];

declare global {
  const createFillbook: typeof import("@fillbook/core").createFillbook;
  const postgresStore: typeof import("@fillbook/store-postgres").postgresStore;
  const store: PostgresStore;
  const pool: Extract<Parameters<typeof postgresStore>[0], { readonly pool: unknown }>["pool"];
  const connectors: Connectors;
  const vault: Vault;
  const book: Fillbook<Connectors>;
  const user: UserBook<Connectors>;
  const userId: string;
  const connectionId: string;
  const jobId: string;
  const tradeId: string;
  const theyAgree: () => Promise<boolean>;
  const signal: AbortSignal;
  const orderSentAt: Instant;
  const items: readonly InboxTrade[];
  const twsOfUser: (userId: string) => Promise<readonly TwsGateway[]>;
  const gatewaysOfUser: (userId: string) => Promise<readonly IbkrGateway[]>;
  const plansOf: (userId: string, wanted: Omit<Parameters<TradePlans>[0], "userId">) => ReturnType<TradePlans>;
}
