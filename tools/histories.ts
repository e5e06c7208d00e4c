import { memoryStore } from "../packages/store-memory/src/index.ts";
import { fakeClock } from "../packages/testkit/src/index.ts";
import { testStore } from "../packages/testkit/src/suite/index.ts";

// Goal: histories that no run has seen yet. The test command plays the same ones each time; this plays new ones, as many
// as asked for: `node tools/histories.ts 20000`. A failure prints its seed.

const histories = Number(process.argv[2] ?? 5000);
const clock = fakeClock();
const tests: { readonly name: string; readonly run: () => Promise<void> }[] = [];
testStore({
  histories,
  test: (name, run) => tests.push({ name, run }),
  makeStore: async () => memoryStore({ clock }),
  passTime: async (ms) => clock.advance(ms),
});
for (const { name, run } of tests.filter((one) => one.name.startsWith("histories:"))) {
  await run();
  console.log(`${histories} runs: ${name}`);
}
