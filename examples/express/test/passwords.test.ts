import { expect, it } from "vitest";
import { hashPassword, isPassword, unmatchedHash } from "../src/passwords.ts";

it("passwords: one is stored as a hash of its own each time, and only it fits", async () => {
  const [one, other] = await Promise.all([hashPassword("café au lait"), hashPassword("café au lait")]);
  expect(one).toMatch(/^scrypt\$32768\$8\$3\$/);
  expect(one).not.toBe(other);
  expect(await isPassword("cafe\u0301 au lait", one)).toBe(true);
  expect(await isPassword("cafe au lait", one)).toBe(false);
});

it("passwords: an unknown name is compared at the same costs, and none fits", async () => {
  expect(unmatchedHash).toMatch(/^scrypt\$32768\$8\$3\$/);
  expect(await isPassword("any password", unmatchedHash)).toBe(false);
});
