import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root } from "./workspace.ts";

/** What a host's bundle may weigh, in bytes of minified code; `own` is our share of it. Today: 130,300 (81,600), 11,000. */
const budgets: readonly { readonly names: string; readonly totalMax: number; readonly ownMax: number }[] = [
  { names: "createFillbook", totalMax: 160_000, ownMax: 100_000 },
  { names: "problemAction, instrumentKey", totalMax: 15_000, ownMax: 15_000 },
];

/** An application of a page, with what a person reads there and with the whole engine. */
const application = `
  import { kraken } from "@fillbook/connector-kraken";
  import { createFillbook, instrumentKey, problemAction } from "@fillbook/core";
  import { memoryStore } from "@fillbook/store-memory";

  const problem = { kind: "needs_reauth", details: null, connectionId: "c", jobId: null };
  const book = createFillbook({ store: memoryStore(), connectors: [kraken()], credentials: async () => null });
  console.log(instrumentKey("XBT/USD"), problemAction(problem) !== null, (await book.ingestDue()).length);
  await book.close();`;
const PRINTED = "BTCUSD true 0\n";

/** CommonJS within a bundle of esbuild asks Node for its modules; Vite sees to it itself. */
const banner = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;

/** Weighs what hosts bundle of the core that is installed in the folder. */
export async function checkSizes(folder: string): Promise<void> {
  for (const { names, totalMax, ownMax } of budgets) {
    const contents = `export { ${names} } from "@fillbook/core";`;
    const { metafile } = await build({
      stdin: { contents, resolveDir: folder },
      absWorkingDir: folder,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      write: false,
      metafile: true,
    });
    const outputs = Object.values(metafile.outputs);
    const parts = outputs.flatMap(({ inputs }) => Object.entries(inputs));
    const own = sum(parts.map(([path, { bytesInOutput }]) => (path.includes("@fillbook/") ? bytesInOutput : 0)));
    const total = sum(outputs.map(({ bytes }) => bytes));
    console.log(`bundle of ${names}: ${total} bytes of ${totalMax}, of which ours ${own} of ${ownMax}`);
    if (total > totalMax || own > ownMax) throw new Error(`the bundle of ${names} is larger than its budget`);
  }
}

/** Bundles an application with esbuild and with Vite, and runs both on each Node. */
export async function checkBundles(folder: string, nodes: readonly string[]): Promise<void> {
  const bundled = join(folder, "by-esbuild.mjs");
  await build({
    stdin: { contents: application, resolveDir: folder },
    outfile: bundled,
    bundle: true,
    platform: "node",
    format: "esm",
    banner: { js: banner },
  });
  for (const file of [bundled, await byVite(folder)]) {
    for (const node of nodes) {
      const printed = execFileSync(node, [file], { cwd: folder, encoding: "utf8" });
      if (printed !== PRINTED) throw new Error(`${file} on ${node} printed ${printed}`);
    }
    console.log(`${file.slice(folder.length + 1)} runs on ${nodes.length} Nodes`);
  }
}

/** How long the core takes to load beside zod: printed and not judged, since machines differ. */
export function showImportTime(folder: string): void {
  const ratios = Array.from({ length: 7 }, () => importMs(folder, "@fillbook/core") / importMs(folder, "zod"));
  const [least = 0, , , median = 0, , , most = 0] = ratios.sort((left, right) => left - right);
  const range = `${least.toFixed(2)} to ${most.toFixed(2)}`;
  console.log(`import of core: ${median.toFixed(2)} times zod's processor time (${range}; goal: 1.6)`);
}

/** Of a process of its own, in processor time. */
function importMs(folder: string, specifier: string): number {
  const program = `
    const before = process.cpuUsage();
    await import("${specifier}");
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);`;
  const flags = ["--input-type=module", "-e", program];
  return Number(execFileSync(process.execPath, flags, { cwd: folder, encoding: "utf8" }));
}

async function byVite(folder: string): Promise<string> {
  // Vite is among the hosts' tools only, where no declaration is looked for.
  const path = createRequire(join(root, "tools/hosts/package.json")).resolve("vite");
  const vite: { build(options: object): Promise<unknown> } = await import(pathToFileURL(path).href);
  const ssr = join(folder, "application.mjs");
  writeFileSync(ssr, application);
  await vite.build({
    root: folder,
    configFile: false,
    // It warns of what our dependencies do.
    logLevel: "error",
    ssr: { noExternal: true },
    build: { ssr, outDir: "by-vite" },
  });
  return join(folder, "by-vite", "application.js");
}

function sum(bytes: readonly number[]): number {
  return bytes.reduce((total, one) => total + one, 0);
}
