import { createFillbook } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted } from "@fillbook/testkit";
import { pageBatch } from "../../core/src/page-batch.ts";

const N = 100_000,
  B = 1000;
const one = process.argv[2] === "one";
const connector = scripted({ pages: [] });
for (let rep = 0; rep < 3; rep++) {
  const clock = fakeClock();
  const store = memoryStore({ clock });
  await store.createConnection({
    id: "c",
    userId: "u",
    connector: "scripted",
    broker: "scripted",
    accountRef: "A1",
    label: null,
    settings: {},
    status: "active",
    health: "ok",
    createdAt: "" as never,
    updatedAt: "" as never,
    lastSyncAt: null,
    lastSucceededAt: null,
  });
  const run = await store.beginRun({ connectionId: "c", mode: "manual", window: {}, leaseMs: 1e9 });
  if (run.kind !== "started") throw new Error();
  const batches = [];
  const t0 = performance.now();
  for (let p = 0; p < N / B; p++) {
    const records = Array.from({ length: B }, (_, i) => {
      const n = p * B + i;
      const sec = String(n % 60).padStart(2, "0"),
        min = String(Math.floor(n / 60) % 60).padStart(2, "0"),
        hour = String(Math.floor(n / 3600) % 24).padStart(2, "0");
      return {
        raw: {
          kind: "execution",
          execution: anExecution({
            familyId: `E${n}`,
            executedAt: `2026-01-05T${hour}:${min}:${sec}Z`,
            price: `${100 + (n % 97)}.${n % 100}1`,
            quantity: `${1 + (n % 7)}.5`,
            fees: [{ amount: "0.35", currency: "USD" }],
            order: { permanentId: one ? "O" : `O${Math.floor(n / 4)}` },
          }),
        } as never,
      };
    });
    batches.push(
      pageBatch(
        { records, context: {}, cursor: p },
        {
          connector,
          owner: "u",
          run: { connectionId: "c", jobId: run.jobId, token: run.token },
          pageNumber: p + 1,
          at: "2026-01-05T12:00:00.000000Z" as never,
          storedContexts: new Set(),
        },
      ),
    );
  }
  const t1 = performance.now();
  let first = 0,
    last = 0;
  for (const [i, b] of batches.entries()) {
    const s = performance.now();
    await store.commit(b);
    const d = performance.now() - s;
    if (i === 0) first = d;
    last = d;
  }
  const t2 = performance.now();
  for (const b of batches) await store.commit({ ...b, id: b.id + "r" });
  const t3 = performance.now();
  console.log(
    `batch ${(N / (t1 - t0)).toFixed(1)}k/s commit ${(N / (t2 - t1)).toFixed(1)}k/s replay ${(N / (t3 - t2)).toFixed(1)}k/s first ${first.toFixed(1)} last ${last.toFixed(1)}`,
  );
}
