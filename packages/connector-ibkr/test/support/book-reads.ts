import type { memoryStore } from "@fillbook/store-memory";
import { readAll } from "../../../testkit/src/suite/play.ts";

/** What the owner's book holds, whole. */
export function bookReads(store: ReturnType<typeof memoryStore>) {
  const executions = () => readAll((after) => store.executions("owner", { limit: 200, ...after }));
  const problems = () => readAll((after) => store.problems("owner", { limit: 200, ...after }));
  return {
    executions,
    canonical: async () => (await executions()).filter((one) => one.canonical),
    trades: () => readAll((after) => store.trades("owner", { limit: 200, ...after })),
    problems: async () => (await problems()).map(({ kind, message }) => `${kind}: ${message}`),
  };
}
