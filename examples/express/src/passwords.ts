import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";

// OWASP's password storage cheat sheet, read 2026-11: 32 MiB and three passes, as good as 128 MiB and one.
const COST = { N: 2 ** 15, r: 8, p: 3 } as const;
const MEMORY_BYTES_MAX = 64 * 1024 * 1024;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

/** The text that is stored: the costs stand in it, so that they can be raised later. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(password, salt, COST);
  return storedText(salt, hash);
}

/** What to compare with when there is no such user: no password fits, and to find that out costs as much as ever. */
export const unmatchedHash = storedText(randomBytes(SALT_BYTES), randomBytes(HASH_BYTES));

/** Takes as long for a wrong password as for the right one. */
export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [kind, N, r, p, salt = "", hash = ""] = stored.split("$");
  if (kind !== "scrypt") throw new Error("a stored password is not one that this app hashed");
  const expected = Buffer.from(hash, "base64");
  const actual = await derive(password, Buffer.from(salt, "base64"), { N: Number(N), r: Number(r), p: Number(p) });
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function storedText(salt: Buffer, hash: Buffer): string {
  return ["scrypt", COST.N, COST.r, COST.p, salt.toString("base64"), hash.toString("base64")].join("$");
}

function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  // A letter with an accent can be typed as one character or as two.
  const text = password.normalize("NFKC");
  return new Promise((resolve, reject) => {
    scrypt(text, salt, HASH_BYTES, { ...cost, maxmem: MEMORY_BYTES_MAX }, (error, hash) =>
      error === null ? resolve(hash) : reject(error),
    );
  });
}
