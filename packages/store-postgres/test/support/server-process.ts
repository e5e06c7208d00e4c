import { startEmbedded } from "./embedded-server.ts";
import type { ServerMessage } from "./server.ts";

// Run by server.ts with a port. Ends when its parent does.

// Tests care about what a crash of the process leaves, not of the machine.
const settings = ["max_connections=200", "fsync=off"];

const parentGone = new Promise((resolve) => process.once("disconnect", resolve));
const server = await startEmbedded(Number(process.argv[2]), settings).catch(tell);
if (server !== undefined) {
  say({ kind: "started" });
  await parentGone;
  await server.stop();
}
process.exit(0);

function tell(error: unknown): undefined {
  say({ kind: "failed", message: String(error) });
}

function say(message: ServerMessage): void {
  if (process.connected) process.send?.(message);
}
