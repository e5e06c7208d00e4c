import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import type { Json, VaultBinding } from "@fillbook/core";
import { type AesVaultOptions, aesVault } from "@fillbook/core/node";
import { expect, test } from "vitest";

const key = Uint8Array.from({ length: 32 }, (_, index) => index);
const other = randomBytes(32).toString("base64");
const vault = aesVault({ keys: [{ id: "k1", key }], primary: "k1" });
const binding: VaultBinding = { owner: "ann", connectionId: "c-1", field: "credentials" };

// Made with the Web Crypto API from the key above, IVs that count up, and the list of version, key id, owner, connection
// and field as JSON text: what another release or another program sealed still opens.
const golden: readonly (readonly [string, VaultBinding, Json])[] = [
  [
    '{"apiKey":"k","apiSecret":"s"}',
    binding,
    {
      ...{ v: 1, kid: "k1", iv: "AAECAwQFBgcICQoL", tag: "0Omr3+3XcAgvFjIKoA9IPw==" },
      ct: "PCC3a6yup2Kve7Xgk8VaDPO/1FGTCToIGl3H9j8U",
    },
  ],
  [
    "",
    { owner: "ann", connectionId: "c-2", field: "session" },
    { v: 1, kid: "k1", iv: "ZGVmZ2hpamtsbW5v", ct: "", tag: "nqYFC8SE5onZZtllXTf+Qw==" },
  ],
  [
    "Zürich ✓",
    { owner: 'bob "x"', connectionId: "c-3", field: "credentials" },
    { v: 1, kid: "k1", iv: "yMnKy8zNzs/Q0dLT", ct: "S7vdqe+vkwCWoIw=", tag: "9qgAKZYq8nKpcTO6Ne5vfg==" },
  ],
];

const [[, , sealedBefore]] = [golden[0] ?? expect.fail("no vector")];

test.each(golden)("vault: what was sealed before opens: %j", async (plain, bound, sealed) => {
  expect(new TextDecoder().decode(await vault.open(sealed, bound))).toBe(plain);
});

test.each<readonly [string, string | Uint8Array]>([
  ["text", "sécret"],
  ["nothing", ""],
  ["bytes", randomBytes(1000)],
])("vault: %s that is sealed opens as it was, and a second time it is sealed as another value", async (_n, plain) => {
  const [first, second] = [await vault.seal(plain, binding), await vault.seal(plain, binding)];
  const bytes = new Uint8Array(Buffer.from(plain));
  expect(await vault.open(first, binding)).toEqual(bytes);
  expect(await vault.open(JSON.parse(JSON.stringify(second)), binding)).toEqual(bytes);
  expect(Object.keys(Object(first))).toEqual(["v", "kid", "iv", "ct", "tag"]);
  expect(first).not.toEqual(second);
  if (plain.length > 0) expect(JSON.stringify(first)).not.toContain(plain);
});

test("vault: a value with any one character changed does not open", async () => {
  const text = JSON.stringify(sealedBefore);
  for (let index = 0; index < text.length; index += 1) {
    const changed = `${text.slice(0, index)}${text[index] === "A" ? "B" : "A"}${text.slice(index + 1)}`;
    const sealed = parsed(changed);
    if (sealed === undefined) continue;
    await expect(vault.open(sealed, binding), changed).rejects.toMatchObject({ code: "CREDENTIALS_UNAVAILABLE" });
  }
});

test("vault: a value with any one bit flipped does not open", async () => {
  const blob = Object(sealedBefore);
  for (const field of ["iv", "ct", "tag"]) {
    const bytes = Buffer.from(blob[field], "base64");
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const sealed = { ...blob, [field]: flipped.toString("base64") };
      await expect(vault.open(sealed, binding)).rejects.toMatchObject({ code: "CREDENTIALS_UNAVAILABLE" });
    }
  }
});

test.each<readonly [string, Partial<VaultBinding>]>([
  ["owner", { owner: "bob" }],
  ["connection", { connectionId: "c-2" }],
  ["field", { field: "session" }],
])("vault: a value that was moved to another %s does not open", async (_name, moved) => {
  const opened = vault.open(sealedBefore, { ...binding, ...moved });
  await expect(opened).rejects.toMatchObject({ code: "CREDENTIALS_UNAVAILABLE", recovery: "wait" });
});

test.each<readonly [string, Json]>([
  ["null", null],
  ["text", "sealed"],
  ["another version", { ...Object(sealedBefore), v: 2 }],
  ["a short tag", { ...Object(sealedBefore), tag: "0Omr3w==" }],
  ["no IV", { ...Object(sealedBefore), iv: "" }],
  ["one field too many", { ...Object(sealedBefore), aad: "" }],
])("vault: %s is not as this vault seals", async (_name, sealed) => {
  await expect(vault.open(sealed, binding)).rejects.toMatchObject({
    ...{ code: "CREDENTIALS_UNAVAILABLE", connectionId: "c-1", message: expect.stringContaining("not as this vault") },
  });
  expect(vault.needsRotation(sealed)).toBe(true);
});

test("vault: an unknown key is named, a wrong key under the same id does not open", async () => {
  const unknown = aesVault({ keys: [{ id: "k2", key: other }], primary: "k2" });
  const wrong = aesVault({ keys: [{ id: "k1", key: other }], primary: "k1" });
  await expect(unknown.open(sealedBefore, binding)).rejects.toThrow('unknown key "k1"');
  await expect(wrong.open(sealedBefore, binding)).rejects.toMatchObject({ code: "CREDENTIALS_UNAVAILABLE" });
});

test("vault: an old key still opens, and what it sealed needs rotation", async () => {
  const keys = [
    { id: "k2", key: other },
    { id: "k1", key: Buffer.from(key) },
  ];
  const both = aesVault({ keys, primary: "k2" });
  expect(await both.open(sealedBefore, binding)).toEqual(await vault.open(sealedBefore, binding));
  expect([both.needsRotation(sealedBefore), vault.needsRotation(sealedBefore)]).toEqual([true, false]);
  const next = await both.seal("x", binding);
  expect(both.needsRotation(next)).toBe(false);
  expect(next).toMatchObject({ kid: "k2" });
});

test("vault: bytes that the host wipes afterwards change no key", async () => {
  const bytes = Buffer.from(key);
  const wiped = aesVault({ keys: [{ id: "k1", key: bytes }], primary: "k1" });
  bytes.fill(0);
  expect(await wiped.open(sealedBefore, binding)).toEqual(await vault.open(sealedBefore, binding));
});

test.each<readonly [string, string, object]>([
  ["31 bytes", "keys.0.key", { keys: [{ id: "a", key: new Uint8Array(31) }] }],
  ["text of 33 bytes", "keys.0.key", { keys: [{ id: "a", key: randomBytes(33).toString("base64") }] }],
  ["text that is not base64", "keys.0.key", { keys: [{ id: "a", key: "c4n4ry not base64" }] }],
  ["hex", "keys.0.key", { keys: [{ id: "a", key: randomBytes(32).toString("hex") }] }],
  ["no key", "keys.0.key", { keys: [{ id: "a" }] }],
  ["an empty id", "keys.0.id", { keys: [{ id: "", key }] }],
  [
    "two keys of one id",
    "keys",
    {
      keys: [
        { id: "a", key },
        { id: "a", key: other },
      ],
    },
  ],
  ["no keys", "keys", { keys: [] }],
  ["an unknown primary", "primary", { primary: "b" }],
  ["no primary", "primary", { primary: undefined }],
])("vault: %s is refused at once and %s named, without the key", (_name, option, given) => {
  const make = () => aesVault({ keys: [{ id: "a", key }], primary: "a", ...given } as AesVaultOptions);
  expect(make).toThrow(expect.objectContaining({ code: "OPTION_INVALID", message: expect.stringContaining(option) }));
  expect(make).not.toThrow(/c4n4ry/);
});

test("vault: its keys show neither by inspecting nor as JSON", () => {
  const shown = `${inspect(vault, { depth: null, showHidden: true })}${JSON.stringify(vault)}`;
  for (const form of ["base64", "hex", "latin1"] as const) expect(shown).not.toContain(Buffer.from(key).toString(form));
  expect(shown).not.toContain("0, 1, 2, 3");
  expect(shown).not.toContain("00 01 02 03");
});

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
