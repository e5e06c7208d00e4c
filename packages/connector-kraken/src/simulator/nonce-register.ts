/** The nonces one key has been used with. */
export interface NonceRegister {
  /** Takes the nonce, or answers false and keeps the register as it was. */
  accept(nonce: string): boolean;
  /** The greatest nonce accepted so far, decimal digits. */
  last(): string;
}

const NONCE_MAX = 2n ** 64n - 1n;

/** A register that accepts what is greater than the last nonce minus the window, and never goes down. */
export function createNonceRegister(start: { readonly last: string; readonly window: number }): NonceRegister {
  const window = BigInt(start.window);
  let last = BigInt(start.last);
  return {
    accept(text) {
      if (!/^\d{1,20}$/.test(text)) return false;
      const nonce = BigInt(text);
      if (nonce > NONCE_MAX || nonce <= last - window) return false;
      if (nonce > last) last = nonce;
      return true;
    },
    last: () => last.toString(),
  };
}
