/** Pieces of bytes under numbers, in memory that is bounded to the byte. */
export interface ByteChains {
  /** @returns false where it does not fit: what is held is not all then. A chain that is full counts it and leaves it out. */
  add(key: number, bytes: Uint8Array): boolean;
  /** The pieces under a number, the last one first. Valid until the next `add` or `clear`. */
  linksOf(key: number): Generator<ByteLink, void>;
  /** How many pieces a chain left out. */
  leftOf(key: number): number;
  /** The numbers, in the order in which they came. */
  keys(): Iterable<number>;
  clear(): void;
}

export interface ByteLink {
  readonly bytes: Uint8Array;
  /** How often it was taken, up to 255. */
  taken(): number;
  take(): void;
}

/** Memory of all chains together. */
export const CHAINS_BYTES_MAX = 16_777_216;
/** What a piece takes beside its bytes: its header, and its chain's place in a map. */
export const LINK_BYTES = 54;
/** Most pieces of a chain, and their bytes. */
const CHAIN_MAX = 200;
const CHAIN_BYTES_MAX = 32_768;

/** Where a header has the place of the piece before it in its chain, the chain's pieces and bytes, its length, its mark. */
const [BEFORE, DEPTH, SUM, LENGTH, TAKEN, HEADER_BYTES] = [0, 4, 5, 9, 13, 14];
const NONE = 0xffffffff;

/** No pieces. */
export function byteChains(): ByteChains {
  // The room is reserved at once; a system makes real only what is written.
  const room = Buffer.allocUnsafeSlow(CHAINS_BYTES_MAX);
  const heads = new Map<number, number>();
  const left = new Map<number, number>();
  let [end, sizeBytes] = [0, 0];
  return {
    add(key, bytes) {
      const before = heads.get(key) ?? NONE;
      const depth = before === NONE ? 0 : room.readUInt8(before + DEPTH) + 1;
      const sum = bytes.length + (before === NONE ? 0 : room.readUInt32LE(before + SUM));
      if (depth === CHAIN_MAX || (depth > 0 && sum > CHAIN_BYTES_MAX)) {
        left.set(key, (left.get(key) ?? 0) + 1);
        return true;
      }
      sizeBytes += bytes.length + LINK_BYTES;
      if (sizeBytes > CHAINS_BYTES_MAX) return false;
      room.writeUInt32LE(before, end + BEFORE);
      room.writeUInt8(depth, end + DEPTH);
      room.writeUInt32LE(sum, end + SUM);
      room.writeUInt32LE(bytes.length, end + LENGTH);
      room.writeUInt8(0, end + TAKEN);
      room.set(bytes, end + HEADER_BYTES);
      heads.set(key, end);
      end += HEADER_BYTES + bytes.length;
      return true;
    },
    *linksOf(key) {
      for (let at = heads.get(key) ?? NONE; at !== NONE; at = room.readUInt32LE(at + BEFORE)) yield linkAt(room, at);
    },
    leftOf: (key) => left.get(key) ?? 0,
    keys: () => heads.keys(),
    clear() {
      heads.clear();
      left.clear();
      [end, sizeBytes] = [0, 0];
    },
  };
}

function linkAt(room: Buffer, at: number): ByteLink {
  const start = at + HEADER_BYTES;
  return {
    bytes: room.subarray(start, start + room.readUInt32LE(at + LENGTH)),
    taken: () => room.readUInt8(at + TAKEN),
    take: () => void room.writeUInt8(Math.min(255, room.readUInt8(at + TAKEN) + 1), at + TAKEN),
  };
}
