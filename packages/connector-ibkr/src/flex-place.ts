import { ImportError } from "@fillbook/core";

/** Where a Flex Web Service is. */
export interface FlexPlace {
  readonly origin: string;
  /** Without a slash at its end. */
  readonly href: string;
  readonly isLoopback: boolean;
}

/**
 * An address that the host's code gave.
 *
 * @throws ImportError `OPTION_INVALID` for an address that is neither IBKR's over https nor a loopback one.
 */
export function readFlexPlace(option: string, text: string): FlexPlace {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw invalid(option, "is not a URL");
  const isLoopback = /^https?:$/.test(url.protocol) && LOOPBACK.test(url.hostname);
  if (!isLoopback && !isOfIbkr(url)) throw invalid(option, "is neither https on a host of IBKR nor a loopback address");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "")
    throw invalid(option, "holds more than scheme, host, port and path");
  return { origin: url.origin, href: `${url.origin}${url.pathname.replace(/\/+$/, "")}`, isLoopback };
}

/**
 * Where an answer says that the statement is, without its query; null for a place that must not see the token: another
 * host, another path, no https, a port or a user name. Where the host's code named loopback places, only those count: a
 * simulator never sends anybody to IBKR.
 */
export function statementPlace(text: string | null, loopbackOrigins: readonly string[]): string | null {
  const url = text !== null && text.length <= 300 && URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.username !== "" || url.password !== "") return null;
  if (!url.pathname.endsWith("/GetStatement")) return null;
  const isAllowed = loopbackOrigins.length === 0 ? isOfIbkr(url) : loopbackOrigins.includes(url.origin);
  return isAllowed ? `${url.origin}${url.pathname}` : null;
}

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/;

/** Hosts that serve Flex statements, seen in answers and in clients (read 2026-05-27). */
const hosts: ReadonlySet<string> = new Set(
  ["ndcdyn", "gdcdyn", "cdcdyn"].map((name) => `${name}.interactivebrokers.com`),
);

function isOfIbkr({ protocol, hostname, port }: URL): boolean {
  return protocol === "https:" && hosts.has(hostname) && port === "";
}

function invalid(option: string, why: string): ImportError {
  return new ImportError("OPTION_INVALID", `ibkrFlex(): ${option} ${why}`);
}
