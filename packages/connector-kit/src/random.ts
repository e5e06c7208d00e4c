/** A number from 0 (included) to 1 (excluded). Only jitter uses it, never a key or an id. */
export type Random = () => number;

/** The platform's source of chance. */
export const systemRandom: Random = () => {
  const [bits] = crypto.getRandomValues(new Uint32Array(1));
  return (bits ?? 0) / 2 ** 32;
};
