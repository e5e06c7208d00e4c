import { type FillbookEvent, type IngestReport, ingest, type Json, silentLogger } from "@fillbook/core";
import type { AnyConnector, PullRequest } from "@fillbook/core/connector";
import type { BookStore } from "@fillbook/core/store";
import { z } from "zod";
import { remoteStore } from "../remote-store.ts";
import type { ConnectorSuiteOptions, ConnectorTrial } from "./connector-suite-options.ts";
import { aConnection, ranReport } from "./play.ts";

/** A connection of a trial in a store. */
interface World extends AsyncDisposable {
  readonly trial: ConnectorTrial;
  readonly store: BookStore;
  readonly connectionId: string;
  run(extra?: Extra): Promise<ReturnType<typeof ranReport>>;
  /** What `pull` is asked with in a first run, for a test that calls the connector itself. */
  request(extra: { readonly signal: AbortSignal; readonly credentials?: unknown }): DirectRequest;
}

/** A request without an engine around it. */
export type DirectRequest = PullRequest<unknown, Json, Json>;

interface Extra {
  readonly connector?: AnyConnector;
  readonly store?: BookStore;
  readonly budget?: { readonly pages: number };
  readonly signal?: AbortSignal;
  readonly credentials?: unknown;
  readonly onEvent?: (event: FillbookEvent) => unknown;
  readonly logger?: Parameters<typeof ingest>[0]["logger"];
}

/** A new trial with a connection to it. */
export async function makeWorld({ makeTrial, makeStore }: ConnectorSuiteOptions): Promise<World> {
  const trial = await makeTrial();
  // Through JSON, so that a cursor or record that is none is found here.
  const store = remoteStore(await makeStore(trial.clock));
  const { connector, accountRef, settings, clock } = trial;
  const connectionId = await aConnection(store, {
    connector: connector.id,
    broker: connector.broker,
    accountRef,
    settings,
  });
  return {
    ...{ trial, store, connectionId },
    async run({ store: other = store, connector: used = connector, onEvent, logger, ...more } = {}) {
      const { credentials = trial.credentials, ...extra } = more;
      clock.advance(60_000);
      const report: IngestReport = await ingest({
        ...{ store: other, connectors: [used], connectionId, mode: "scheduled", clock, leaseMs: 60_000, ...extra },
        ...(onEvent === undefined ? {} : { onEvent: (event: FillbookEvent) => void onEvent(event) }),
        ...(logger === undefined ? {} : { logger }),
        credentials: async () => credentials,
      });
      return ranReport(report);
    },
    request: ({ signal, credentials = trial.credentials }) => ({
      connection: { id: connectionId, userId: "owner", accountRef, settings: z.parse(connector.settings, settings) },
      credentials: z.parse(connector.credentials, credentials),
      cursor: null,
      mode: "scheduled",
      window: {},
      signal,
      clock,
      logger: silentLogger,
      state: { read: store.readState, write: store.writeState },
    }),
    [Symbol.asyncDispose]: () => trial.close(),
  };
}
