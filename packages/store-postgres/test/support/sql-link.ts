import { connect, type Socket } from "node:net";
import { asksForCommit, type SqlMessage, saysCommitted, saysReady, sqlMessages } from "./sql-messages.ts";
import type { SqlProxyCounts } from "./sql-proxy.ts";

/** What all connections of a proxy obey. */
export interface SqlLinkRules {
  flow: "open" | "hold" | "blackHole";
  nextCommit: { readonly moment: "before" | "after"; readonly fired: () => void } | null;
  readonly counts: SqlProxyCounts;
}

/** One client's connection through the proxy. */
export interface SqlLink {
  /** Destroys both sides. */
  cut(): void;
  /** Takes notice that the rules' flow has changed. */
  steer(): void;
}

/** Connects the client with the target. */
export function sqlLink(options: {
  readonly client: Socket;
  readonly target: URL;
  readonly rules: SqlLinkRules;
  readonly onEnd: (link: SqlLink) => void;
}): SqlLink {
  const { client, target, rules } = options;
  const server = connect({ host: target.hostname, port: Number(target.port || 5432), allowHalfOpen: true });
  // Small messages one by one would otherwise wait 40 ms for each other.
  for (const socket of [client, server]) socket.setNoDelay(true);
  const judge = commitJudge(rules);
  let torn = false;
  const link: SqlLink = {
    cut() {
      client.destroy();
      server.destroy();
      options.onEnd(link);
    },
    steer() {
      if (torn && rules.flow !== "blackHole") return link.cut();
      for (const socket of [client, server]) rules.flow === "hold" ? socket.pause() : socket.resume();
    },
  };
  const way: Omit<Way, "judge"> = {
    cut: link.cut,
    isLosing: () => rules.flow === "blackHole",
    lose(bytes) {
      torn = true;
      rules.counts.swallowedBytes += bytes;
    },
  };
  carry(client, server, sqlMessages("client"), { ...way, judge: judge.ofClient });
  carry(server, client, sqlMessages("server"), { ...way, judge: judge.ofServer });
  link.steer();
  return link;
}

interface Way {
  /** Whether the message may pass. */
  judge(message: SqlMessage): boolean;
  isLosing(): boolean;
  lose(bytes: number): void;
  cut(): void;
}

function carry(from: Socket, to: Socket, messagesIn: ReturnType<typeof sqlMessages>, way: Way): void {
  from.on("data", (packet: Buffer) => {
    if (way.isLosing()) return way.lose(packet.length);
    for (const message of messagesIn(packet)) {
      if (!way.judge(message)) return way.cut();
      to.write(message.bytes);
    }
  });
  from.on("end", () => (way.isLosing() ? way.lose(0) : to.end()));
  // What broke is told by the close that follows.
  from.on("error", () => {});
  from.on("close", () => (way.isLosing() ? way.lose(0) : way.cut()));
}

/** Says of each message whether it may pass; one that may not ends the connection. */
function commitJudge(rules: SqlLinkRules) {
  const { counts } = rules;
  let committing = false;
  return {
    ofClient(message: SqlMessage): boolean {
      if (!asksForCommit(message)) return true;
      counts.commits += 1;
      committing = true;
      return rules.nextCommit?.moment !== "before" || fire();
    },
    ofServer(message: SqlMessage): boolean {
      if (committing && saysCommitted(message) && rules.nextCommit?.moment === "after") return fire();
      if (saysReady(message)) committing = false;
      return true;
    },
  };

  function fire(): false {
    counts.cutCommits += 1;
    rules.nextCommit?.fired();
    rules.nextCommit = null;
    return false;
  }
}
