import { request } from "node:https";
import { type IbkrSimulator, type PortalOptions, startIbkrSimulator } from "@fillbook/connector-ibkr/simulator";
import { movableClock } from "../simulator-client.ts";

export interface Answered {
  readonly status: number;
  readonly text: string;
  // Of tests that know what they asked for.
  readonly json: { readonly [name: string]: unknown } & readonly { readonly [name: string]: unknown }[];
}

export type Ask = (path: string, options?: AskOptions) => Promise<Answered>;

export interface AskOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly url?: string;
  readonly localAddress?: string;
}

/** A simulator on a clock that the test moves, and a client that does nothing by itself. */
export async function aPortal(portal: PortalOptions = {}, more: Parameters<typeof startIbkrSimulator>[0] = {}) {
  const clock = movableClock(Date.UTC(2026, 2, 2, 12));
  const simulator = await startIbkrSimulator({ clock, limits: false, portal, ...more });
  return Object.assign(simulator, { clock, ask: asker(simulator) });
}

function asker({ portal }: IbkrSimulator): Ask {
  return (path, { method = "GET", body, headers = {}, url = portal.url, localAddress } = {}) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? "" : JSON.stringify(body);
      const length = method === "POST" ? { "content-length": String(Buffer.byteLength(text)) } : {};
      const all = Object.fromEntries(
        Object.entries({ "user-agent": "test", ...length, ...headers }).filter(([, value]) => value !== "none"),
      );
      const options = {
        method,
        ca: portal.certificate,
        headers: all,
        ...(localAddress === undefined ? {} : { localAddress }),
      };
      const sent = request(`${url}${path}`, options, (answer) => {
        let answered = "";
        answer.setEncoding("utf8");
        answer.on("data", (piece: string) => {
          answered += piece;
        });
        answer.once("error", reject);
        answer.once("end", () => resolve({ status: answer.statusCode ?? 0, text: answered, json: parsed(answered) }));
      });
      sent.once("error", reject);
      sent.end(text);
    });
}

function parsed(text: string): Answered["json"] {
  try {
    return JSON.parse(text);
  } catch {
    return [] as unknown as Answered["json"];
  }
}
