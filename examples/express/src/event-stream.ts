import { type FillbookEvent, isImportError, type UserBook } from "@fillbook/core";
import type { Request, Response } from "express";
import type { EventHub } from "./event-hub.ts";

/** Proxies end a connection that is silent for a minute; and so often a session is looked at again. */
const BEAT_MS = 15_000;
/** A client that reads nothing is let go before its events fill the memory. It connects again and asks for the state. */
const WAITING_BYTES_MAX = 1_048_576;

/** Server-sent events of one person's runs, until the client, the session or the server ends them. */
export function streamEvents(
  { request, response, user }: { readonly request: Request; readonly response: Response; readonly user: UserBook },
  hub: EventHub,
): Promise<void> {
  const isOwn = ownership(user);
  response.writeHead(200, { "content-type": "text/event-stream", "x-accel-buffering": "no" });
  // Headers go out with the first bytes: the client learns that it is connected.
  response.write("retry: 3000\n\n");
  const end = () => void response.end();
  const send = (text: string) => {
    response.write(text);
    if (response.writableLength > WAITING_BYTES_MAX) response.destroy();
  };
  let sent: Promise<void> = Promise.resolve();
  const unsubscribe = hub.subscribe((event) => {
    // One after the other: an event must not overtake the one before, whose owner is still being looked up.
    sent = sent.then(async () => {
      if (await isOwn(event.connectionId)) send(`data: ${JSON.stringify(event)}\n\n`);
    });
    sent.catch(end);
  });
  const beat = setInterval(() => {
    request.session.reload((error) => (error === null || error === undefined ? send(":\n\n") : end()));
  }, BEAT_MS);
  hub.closing.addEventListener("abort", end);
  return new Promise((resolve) => {
    response.once("close", () => {
      unsubscribe();
      clearInterval(beat);
      hub.closing.removeEventListener("abort", end);
      resolve();
    });
  });
}

/** An event names its connection and not its owner; a connection never changes hands, so each is asked about once. */
function ownership(user: UserBook): (connectionId: string) => Promise<boolean> {
  const known = new Map<string, boolean>();
  return async (connectionId) => {
    const own = known.get(connectionId) ?? (await isThere(user, connectionId));
    known.set(connectionId, own);
    return own;
  };
}

async function isThere(user: UserBook, connectionId: FillbookEvent["connectionId"]): Promise<boolean> {
  try {
    await user.connection(connectionId);
    return true;
  } catch (error) {
    if (isImportError(error) && error.code === "CONNECTION_NOT_FOUND") return false;
    throw error;
  }
}
