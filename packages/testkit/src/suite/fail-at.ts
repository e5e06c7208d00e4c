import type { BookStore } from "@fillbook/core/store";

/** A store of which the n-th call fails: before it reached the store, or after it took effect and the answer was lost. */
export function failAt(
  store: BookStore,
  { call, moment }: { readonly call: number; readonly moment: "before" | "after" },
): { readonly store: BookStore; readonly fired: () => boolean; readonly calls: () => number } {
  let calls = 0;
  let fired = false;
  const methods = Object.entries(store).map(([name, method]) => {
    const run = method as (...parameters: unknown[]) => Promise<unknown>;
    return [
      name,
      async (...parameters: unknown[]) => {
        calls += 1;
        const failing = calls === call;
        fired ||= failing;
        if (failing && moment === "before") throw new Error(`call ${call} (${name}) failed`);
        const result = await run(...parameters);
        if (failing) throw new Error(`the answer to call ${call} (${name}) was lost`);
        return result;
      },
    ];
  });
  // The same names as the store's, each with the same arguments and results.
  return { store: Object.fromEntries(methods) as unknown as BookStore, fired: () => fired, calls: () => calls };
}
