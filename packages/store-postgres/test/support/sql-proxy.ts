import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { type SqlLink, type SqlLinkRules, sqlLink } from "./sql-link.ts";

/** What the proxy did so far, so that a test can claim that its fault really happened. */
export interface SqlProxyCounts {
  /** Connections that were let through. */
  connections: number;
  /** Commits that clients asked for, let through or not. */
  commits: number;
  /** Commits that were cut. */
  cutCommits: number;
  /** Connections that `cutAll` destroyed. */
  cutConnections: number;
  /** Connections that were refused. */
  refused: number;
  /** Bytes that went nowhere. */
  swallowedBytes: number;
}

/** A way to PostgreSQL that can break. */
export interface SqlProxy {
  /** The target's URL by way of the proxy. */
  readonly url: string;
  readonly counts: Readonly<SqlProxyCounts>;
  /**
   * Cuts the connection of the next commit and resolves when it was done. "after": the server has committed, and its
   * answer is lost. "before": the server is never asked. A commit that the server answers with a rollback passes.
   *
   * @defaultValue "after"
   */
  cutOnNextCommit(moment?: "before" | "after"): Promise<void>;
  /** From now on bytes go nowhere, and neither side hears that anything ended. New connections are answered by nobody. */
  blackHole(): void;
  /** From now on bytes wait on their way, also the end of a connection; `restore` delivers them. */
  hold(): void;
  /** From now on new connections are reset; open ones go on. */
  refuse(): void;
  /** Destroys every open connection on both sides. */
  cutAll(): void;
  /** Ends `blackHole`, `hold` and `refuse`. A connection that lost bytes is destroyed. */
  restore(): void;
  /** Ends every connection and the proxy; by itself when the test ends. */
  close(): Promise<void>;
}

/** Starts a proxy to the target on a free port. It does not speak TLS. */
export async function startSqlProxy(targetUrl: string): Promise<SqlProxy> {
  const target = new URL(targetUrl);
  const counts = { connections: 0, commits: 0, cutCommits: 0, cutConnections: 0, refused: 0, swallowedBytes: 0 };
  const rules: SqlLinkRules = { flow: "open", nextCommit: null, counts };
  const links = new Set<SqlLink>();
  let refusing = false;
  const server = createServer({ allowHalfOpen: true }, (client: Socket) => {
    counts[refusing ? "refused" : "connections"] += 1;
    if (refusing) client.resetAndDestroy();
    else links.add(sqlLink({ client, target, rules, onEnd: (link) => links.delete(link) }));
  });
  const all = (work: (link: SqlLink) => void) => links.forEach(work);
  const steer = (flow: SqlLinkRules["flow"]) => {
    rules.flow = flow;
    all((link) => link.steer());
  };
  const close = async () => {
    all((link) => link.cut());
    server.close();
  };
  onTestFinished(close);
  return {
    url: await listeningUrl(server, target),
    counts,
    cutOnNextCommit: (moment = "after") => {
      return new Promise((fired) => {
        rules.nextCommit = { moment, fired };
      });
    },
    blackHole: () => steer("blackHole"),
    hold: () => steer("hold"),
    refuse: () => {
      refusing = true;
    },
    cutAll: () => {
      counts.cutConnections += links.size;
      all((link) => link.cut());
    },
    restore: () => {
      refusing = false;
      steer("open");
    },
    close,
  };
}

async function listeningUrl(server: ReturnType<typeof createServer>, target: URL): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a host and port has such an address.
  const { port } = server.address() as AddressInfo;
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return url.href;
}
