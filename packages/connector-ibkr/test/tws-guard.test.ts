import { isImportError } from "@fillbook/core";
import { EventName, IBApi } from "@stoqey/ib";
import { expect, test } from "vitest";
import { guardTws } from "../src/tws-guard.ts";

// Goal: a version of the library that takes in what comes at another place is refused, never used without the guard.

const library = { EventName, IBApi };

function anApi(): IBApi {
  return new IBApi({ host: "127.0.0.1", port: 1, clientId: 71, maxReqPerSec: 40 });
}

/** The library's socket, as the guard finds it. */
function socketOf(api: IBApi): Record<string, unknown> {
  // What is not public has no type.
  return (api as unknown as { controller: { socket: Record<string, unknown> } }).controller.socket;
}

function guarded(api: IBApi): readonly string[] {
  const broken: string[] = [];
  const onBroken = (cause: unknown) => broken.push(isImportError(cause) ? cause.code : String(cause));
  guardTws({ library, api, read: () => undefined, onBroken });
  return broken;
}

test("guard: a version without the place that takes in what comes is refused", () => {
  for (const missing of ["controller", "socket", "onData"]) {
    const api = anApi();
    // The same kind of place, with a part of it missing.
    const inner = api as unknown as Record<string, unknown>;
    if (missing === "controller") inner[missing] = undefined;
    if (missing === "socket") inner.controller = {};
    if (missing === "onData") socketOf(api)[missing] = undefined;
    expect(() => guarded(api)).toThrow(expect.objectContaining({ code: "FEATURE_UNAVAILABLE" }));
  }
});

test("guard: a version whose socket cannot be made to wait is refused with the first piece", () => {
  const api = anApi();
  const broken = guarded(api);
  const { onData } = socketOf(api);
  expect(typeof onData).toBe("function");
  if (typeof onData === "function") onData(Buffer.from([0]));
  expect(broken).toEqual(["FEATURE_UNAVAILABLE"]);
});

test("guard: a version that reads past the guard is refused with the first message", () => {
  const api = anApi();
  const broken = guarded(api);
  api.emit(EventName.received, ["15", "1", "U1234567"], "");
  api.emit(EventName.received, ["9", "1", "1"], "");
  expect(broken).toEqual(["FEATURE_UNAVAILABLE"]);
});
