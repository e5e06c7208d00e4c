import { constants, createPublicKey, generateKeyPairSync, publicEncrypt, verify } from "node:crypto";
import { expect, test } from "vitest";
import {
  decryptTokenSecret,
  liveSessionChallenge,
  liveSessionToken,
  readDhPrime,
  twosComplement,
} from "../src/web-live-session.ts";
import { openToken, sealToken } from "../src/web-seal.ts";
import { signWithKey, signWithSession } from "../src/web-sign.ts";
import { power, prime } from "./support/oauth-numbers.ts";

// Goal: the byte rules of OAuth 1.0a as IBKR has it. Method: numbers that were computed with another language's library
// and again with Node's; the keys are made here, because none are kept.

const client = {
  consumerKey: "TESTKEY99",
  accessToken: "0a1b2c3d4e5f60718293",
  nonce: "9f8e7d6c5b4a39281706f5e4d3c2b1a0",
  timestamp: "1750000000",
  parameters: {},
};
const secret = Buffer.from("00112233445566778899aabbccddeeff0123456789abcdef", "hex");
const random = Buffer.from("01bcb01a39551ba5387a2b7e041f551ae697a7871e59edc5ff4aba680b4c2f2c", "hex");
const serverRandom = "e75dfc0ddf9da56d680d8adb75fe006aa2aada38e418af396c8a520f1664";

const cases = [
  ["top bit set", "4b61", 2048, "Xo6Ze3Cbe6+OMhI37Lf8K7IWVkc=", "a458eb68363b381e7566210b303f327ced40d2fd"],
  ["even hex digits", "4b62", 2047, "O2OmcBm8kIHYm3jZ5kaaYXnZUPs=", "192d3937977a4cb6fe1a516352a75e8b67c35307"],
  ["odd hex digits", "4b72", 2042, "We1fB26SR/Wxmr0Qocm88dFK+KM=", "ad1f96af94b3bc5d01ba6e5d17154d9ddfc8a951"],
  ["leading zero byte", "4c62", 2034, "npcceLEDCpjWQ6C/dBWayx3BV1E=", "03c9ce7570ac04bc1851967bddfd957d0df772dc"],
  ["zero byte and top bit", "4cc6", 2040, "208ZbkeFTUbkCXKd/9AsAcUY+OY=", "d9de5813b4e3b5412f93d04b8119ae820f5277df"],
] as const;

test.each(cases)("live session token: %s", (_name, end, bits, token, proof) => {
  const exponent = BigInt(`0x${serverRandom}${end}`);
  const response = power(2n, exponent, BigInt(`0x${prime}`)).toString(16);
  const challenge = liveSessionChallenge(prime, random);
  expect(power(BigInt(`0x${challenge}`), exponent, BigInt(`0x${prime}`)).toString(2)).toHaveLength(bits);
  const exchange = { dhPrime: prime, random, response, secret, consumerKey: "TESTKEY99", proof };
  expect(liveSessionToken(exchange)).toBe(token);
  expect(
    liveSessionToken({ ...exchange, proof: proof.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) }),
  ).toBeNull();
  expect(liveSessionToken({ ...exchange, proof: "" })).toBeNull();
});

test("live session token: the challenge is hex without leading zeros", () => {
  expect(liveSessionChallenge(prime, random)).toMatch(/^4c584c62d5e57ae9713d701807db30d1.*e72469a7f5cc572aeb5f72a$/);
  for (let number = 1; number < 40; number += 1) {
    const own = Buffer.alloc(32, number);
    const challenge = liveSessionChallenge(prime, own);
    expect(challenge).toMatch(/^[1-9a-f]/);
    expect(challenge).toBe(power(2n, BigInt(`0x${own.toString("hex")}`), BigInt(`0x${prime}`)).toString(16));
  }
});

test("key bytes: two's complement, shortest", () => {
  const hex = (text: string) => twosComplement(Buffer.from(text, "hex")).toString("hex");
  expect(["7f", "80", "ff", "0100", "ff00", "00007f", "000080", "00"].map(hex)).toEqual([
    ...["7f", "0080", "00ff", "0100", "00ff00", "7f", "0080", "00"],
  ]);
});

const session = "Xo6Ze3Cbe6+OMhI37Lf8K7IWVkc=";
const requests = [
  ["GET", "/portfolio/accounts", {}, "vFnLfH2m21PxURfHxhy7UdUhZDwzRNyXUc/Xv32gpL0="],
  ["GET", "/iserver/account/trades", { days: "7" }, "/vZp4fDciT9kEIklNe1q0tLGG+V0wczJbsayjp/bR3w="],
  ["POST", "/iserver/auth/ssodh/init", {}, "Ue6lbU3hSsS0MnXJvIM0h6Ur3awP256sx0RzNnrMw9g="],
] as const;

test.each(requests)("signature: %s %s", (method, path, parameters, signature) => {
  const url = `https://api.ibkr.com/v1/api${path}`;
  const header = signWithSession({ ...client, method, url, parameters: { ...parameters } }, session);
  expect(header).toBe(
    [
      'OAuth oauth_consumer_key="TESTKEY99"',
      `oauth_nonce="${client.nonce}"`,
      `oauth_signature="${encodeURIComponent(signature)}"`,
      'oauth_signature_method="HMAC-SHA256"',
      'oauth_timestamp="1750000000"',
      `oauth_token="${client.accessToken}"`,
      'realm="limited_poa"',
    ].join(", "),
  );
});

const pem = { format: "pem" } as const;
const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", ...pem },
  privateKeyEncoding: { type: "pkcs8", ...pem },
});

test("signature: the request for a token has the decrypted secret before its base string", () => {
  const url = "https://api.ibkr.com/v1/api/oauth/live_session_token";
  const challenge = "4c58";
  const header = signWithKey({ ...client, method: "POST", url }, { challenge, secret, key: privateKey });
  const signature = decodeURIComponent(/oauth_signature="([^"]*)"/.exec(header)?.[1] ?? "");
  const pairs = [
    "diffie_hellman_challenge=4c58",
    "oauth_consumer_key=TESTKEY99",
    `oauth_nonce=${client.nonce}`,
    "oauth_signature_method=RSA-SHA256",
    "oauth_timestamp=1750000000",
    `oauth_token=${client.accessToken}`,
  ].join("&");
  const base = `${secret.toString("hex")}POST&${encodeURIComponent(url)}&${encodeURIComponent(pairs)}`;
  expect(verify("sha256", Buffer.from(base), publicKey, Buffer.from(signature, "base64"))).toBe(true);
  expect(header).toMatch(/^OAuth diffie_hellman_challenge="4c58", .*realm="limited_poa"$/);
});

test("secret: decrypted with its leading zero, by the fitting key alone", () => {
  const padding = constants.RSA_PKCS1_PADDING;
  const encrypted = publicEncrypt({ key: createPublicKey(publicKey), padding }, secret).toString("base64");
  expect(decryptTokenSecret(encrypted, privateKey)).toEqual(secret);
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", ...pem });
  expect(() => decryptTokenSecret(encrypted, String(other))).toThrow(
    expect.objectContaining({ code: "CREDENTIALS_INVALID" }),
  );
  // Of some keys the modulus is below the secret's number, which the library refuses by itself.
  const largest = Buffer.alloc(Buffer.from(encrypted, "base64").length, 0xff).toString("base64");
  expect(() => decryptTokenSecret(largest, privateKey)).toThrow(
    expect.objectContaining({ code: "CREDENTIALS_INVALID" }),
  );
  expect(() => decryptTokenSecret(encrypted, "no key")).toThrow(
    expect.objectContaining({ code: "CREDENTIALS_MALFORMED" }),
  );
});

test("prime: as hex, as PEM of any line ends, or not at all", () => {
  const size = Buffer.from("0282010100", "hex");
  const body = Buffer.concat([size, Buffer.from(prime, "hex"), Buffer.from("020102", "hex")]);
  const der = Buffer.concat([Buffer.from("30820108", "hex"), body]).toString("base64");
  const text = `-----BEGIN DH PARAMETERS-----\n${der.replace(/(.{64})/g, "$1\n")}\n-----END DH PARAMETERS-----\n`;
  for (const form of [prime, prime.toUpperCase(), text, text.replaceAll("\n", "\r\n"), text.replaceAll("\n", "\\n")]) {
    expect(readDhPrime(form)).toBe(prime);
  }
  for (const form of ["", "zz", "ff", text.replace("MII", "AII"), text.slice(0, 60)])
    expect(readDhPrime(form)).toBeNull();
});

test("seal: opens with its secret and in its place alone, and no two are alike", () => {
  const at = { secret, place: "web:token:a" };
  const sealed = sealToken(session, at);
  expect(openToken(sealed, at)).toBe(session);
  expect(sealToken(session, at)).not.toEqual(sealed);
  expect(JSON.stringify(sealed)).not.toContain(session);
  expect(openToken(sealed, { ...at, place: "web:token:b" })).toBeNull();
  expect(openToken(sealed, { ...at, secret: Buffer.alloc(24, 1) })).toBeNull();
  const bent = Object.entries(sealed as object).map(([name, value]) => ({
    ...(sealed as object),
    [name]: `A${String(value)}`,
  }));
  for (const value of [null, 1, "", [], {}, ...bent]) expect(openToken(value as never, at)).toBeNull();
});
