import { ImportError } from "@fillbook/core";

/** The parts of `@stoqey/ib` that are used: its events, not its promises. */
export type TwsLibrary = Pick<typeof import("@stoqey/ib"), "IBApi" | "EventName">;

/**
 * Loads the library when a line is first opened: who does not use TWS does not install it.
 *
 * @throws ImportError `FEATURE_UNAVAILABLE` when the optional package is not installed.
 */
export async function twsLibrary(): Promise<TwsLibrary> {
  try {
    return await import("@stoqey/ib");
  } catch (cause) {
    const message = "ibkrTws() needs the package @stoqey/ib: npm install @stoqey/ib";
    throw new ImportError("FEATURE_UNAVAILABLE", message, { cause });
  }
}
