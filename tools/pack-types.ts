import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./workspace.ts";

/** The compilers that a host may have, by the folder they are installed in. */
const compilers = {
  "TypeScript 5.9": "tools/hosts/node_modules/typescript5",
  "TypeScript 6": "tools/hosts/node_modules/typescript6",
  "TypeScript 7": "node_modules/typescript",
};

/** How hosts' compilers find types: nodenext in both kinds of modules, and the way of bundlers. */
const hosts = [
  { name: "nodenext", file: "host.mts", options: { module: "nodenext", moduleResolution: "nodenext" } },
  { name: "nodenext, require", file: "host.cts", options: { module: "nodenext", moduleResolution: "nodenext" } },
  { name: "bundler", file: "host.ts", options: { module: "esnext", moduleResolution: "bundler" } },
] as const;

export interface TypeTrial {
  /** Where the packages are installed. */
  readonly folder: string;
  /** Every entry point of them. */
  readonly specifiers: readonly string[];
  /**
   * `checked`: the declarations of the packages, and of what they depend on, are compiled too. `trusted` is what most
   * hosts do (`skipLibCheck`), tried with one compiler.
   */
  readonly libraries: "checked" | "trusted";
}

/** Compiles a host's module against the installed packages, by every way of finding types. */
export function checkTypes({ folder, specifiers, libraries }: TypeTrial): void {
  const entries = specifiers.filter((specifier) => libraries === "trusted" || specifier !== EMBEDDED);
  const source = hostModule(entries);
  const tried = Object.entries(compilers).slice(libraries === "trusted" ? -1 : 0);
  for (const { name, file, options } of hosts) {
    const place = join(folder, "types", name.replaceAll(/\W+/g, "-"));
    const compilerOptions = settings(options, libraries);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, file), source);
    writeFileSync(join(place, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
    for (const [compiler, installed] of tried) {
      const tsc = join(root, installed, "bin/tsc");
      execFileSync(process.execPath, [tsc, "-p", place], { stdio: ["ignore", "inherit", "inherit"] });
      console.log(`${compiler}, ${name}, libraries ${libraries}: ${entries.length} entry points`);
    }
  }
}

/** Its declarations name PGlite, which (0.5.16) does not pass such a check itself: they lean on packages that it does not bring. */
const EMBEDDED = "@fillbook/store-postgres/embedded";

function settings(options: object, libraries: TypeTrial["libraries"]): object {
  const types = { types: ["node"], typeRoots: [join(root, "node_modules/@types")] };
  const skipLibCheck = libraries === "trusted";
  return { ...options, ...types, target: "es2023", lib: ["es2023"], strict: true, noEmit: true, skipLibCheck };
}

// A type that resolves to `any` would let each of the wrong lines below pass: then its expectation is an error.
function hostModule(specifiers: readonly string[]): string {
  const imports = specifiers.map((specifier, index) => `import * as entry${index} from "${specifier}";`);
  const uses = specifiers.map((_, index) => `entry${index}`);
  return `${imports.join("\n")}
import { kraken } from "@fillbook/connector-kraken";
import { createFillbook, type IngestReport } from "@fillbook/core";
import { memoryStore } from "@fillbook/store-memory";

export const entries = [${uses.join(", ")}];
export const book = createFillbook({ store: memoryStore(), connectors: [kraken()] });
export async function connect(): Promise<IngestReport> {
  const user = book.forUser("ada");
  const { id } = await user.connect({ connector: "kraken", credentials: { apiKey: "", apiSecret: "" } });
  // @ts-expect-error there is no such connector
  await user.connect({ connector: "unknown" });
  // @ts-expect-error the credentials of this connector have other fields
  await user.connect({ connector: "kraken", credentials: { token: "" } });
  // @ts-expect-error there is no such mode
  await book.ingest({ connectionId: id, mode: "sometimes" });
  return book.ingest({ connectionId: id, mode: "manual" });
}
`;
}
