import { policyReader } from "@fillbook/connector-kit";
import type { GatewayUsers } from "./ibkr-gateways.ts";

/** How a server is told from an impostor whose certificate no authority signed. */
export interface TlsPin {
  /** PEM of the certificate, or of the authority that signed it. The name in it must be the host's. */
  readonly ca?: string;
  /** SHA-256 of the certificate, "AA:BB:…". With it alone, the name in the certificate does not matter. */
  readonly fingerprint256?: string;
}

/** A Client Portal Gateway that the host allows. */
export interface IbkrGateway extends TlsPin, GatewayUsers {
  /** Such as "https://localhost:5000/v1/api". */
  readonly url: string;
  /**
   * Names the address that the gateway calls IBKR from. A 429 silences all that share the name: other gateways that are given
   * it, and OAuth where it is the policy's `egress`. Name it only for gateways that you run: one that lies stops the others.
   *
   * @defaultValue its own: a 429 pauses this gateway alone
   */
  readonly egress?: string;
}

/** One interface of Client Portal. */
export interface WebPlace {
  /** Without a slash at its end. */
  readonly url: string;
  readonly pin: { readonly ca: string | null; readonly fingerprint256: string | null };
  /** The name of the address that IBKR sees; null where it is the place's own. */
  readonly egress: string | null;
}

const read = policyReader("ibkrWeb()");

/**
 * An address that the host's code gave: https, nothing but host, port and path.
 *
 * @throws ImportError `OPTION_INVALID` that names the option.
 */
export function readWebPlace(option: string, place: Omit<IbkrGateway, "userIds">): WebPlace {
  const url = URL.canParse(place.url) ? new URL(place.url) : null;
  if (url === null) throw read.invalid(option, "is not a URL");
  if (url.protocol !== "https:") throw read.invalid(option, "is not https");
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw read.invalid(option, "holds more than scheme, host, port and path");
  }
  const { ca = null, fingerprint256 = null, egress = null } = place;
  if (ca !== null && !ca.includes("-----BEGIN CERTIFICATE-----"))
    throw read.invalid(option, "has a ca that is not PEM");
  if (fingerprint256 !== null && !FINGERPRINT.test(fingerprint256)) {
    throw read.invalid(option, "has a fingerprint256 that is not 32 bytes as AA:BB:…");
  }
  const pin = { ca, fingerprint256: fingerprint256?.toUpperCase() ?? null };
  return {
    url: `${url.origin}${url.pathname.replace(/\/+$/, "")}`,
    pin,
    egress: egress === null ? null : read.word("egress", egress),
  };
}

/** A place of the OAuth access: IBKR's own hosts, or a loopback address for tests. */
export function readOauthPlace(url: string, pin: TlsPin, egress: string): WebPlace {
  const place = readWebPlace("oauthUrls", { ...pin, url, egress });
  const { hostname, port } = new URL(place.url);
  const ours = OAUTH_HOSTS.has(hostname) && port === "";
  if (!ours && !LOOPBACK.test(hostname))
    throw read.invalid("oauthUrls", "is neither a host of IBKR nor a loopback address");
  if (ours && (pin.ca !== undefined || pin.fingerprint256 !== undefined)) {
    throw read.invalid("oauthTls", "is only for loopback addresses");
  }
  return place;
}

/** Hosts of the OAuth access; the numbered ones are a way out where the first answers 410 (ibind, read 2026-05-27). */
export const oauthUrls: readonly string[] = ["api", "1.api", "2.api"].map((name) => `https://${name}.ibkr.com/v1/api`);

const OAUTH_HOSTS: ReadonlySet<string> = new Set(["api.ibkr.com", "1.api.ibkr.com", "2.api.ibkr.com"]);
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|\[::1\]|localhost)$/;
const FINGERPRINT = /^[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31}$/;
