import { subscribe } from "node:diagnostics_channel";
import { setImmediate } from "node:timers/promises";
import { createFillbook } from "@fillbook/core";
import { withDiagnostics } from "@fillbook/core/node";
import { memoryStore } from "@fillbook/store-memory";
import { anExecution, fakeClock, scripted } from "@fillbook/testkit";

// A process of its own, since a test runner has its own opinion of uncaught exceptions.
const thrown: string[] = [];
process.on("uncaughtException", ({ message }) => void thrown.push(message));
subscribe("fillbook:page", () => {
  throw new Error("a broken subscriber");
});
const pages = ["E1", "E2"].map((familyId) => {
  return { records: [{ kind: "execution", execution: anExecution({ familyId }) }] } as const;
});
const clock = fakeClock();
const options = { store: memoryStore({ clock }), connectors: [scripted({ pages })], clock };
const book = createFillbook(withDiagnostics({ ...options, credentials: async () => ({ token: "t" }) }));
const { id } = await book.forUser("ada").connect({ connector: "scripted" });
const { status } = await book.ingest({ connectionId: id, mode: "manual" });
await setImmediate();
process.stdout.write(JSON.stringify({ thrown, status }));
