import createHttpError from "http-errors";
import type { EventHub } from "../event-hub.ts";
import { streamEvents } from "../event-stream.ts";
import { type Route, userRoute } from "../route.ts";

/** Windows of one person that listen at once. */
const STREAMS_MAX = 20;

/** What runs do while they go on. */
export function eventRoutes(hub: EventHub): Route[] {
  const open = new Map<string, number>();
  const route = userRoute(["get", "/api/events"], {
    summary: "Server-sent events of runs that go on; best effort, the lists tell the state",
    status: 200,
    async handle(call) {
      const { userId } = call;
      const count = open.get(userId) ?? 0;
      if (count >= STREAMS_MAX) throw createHttpError(429, "too many windows listen to these events");
      open.set(userId, count + 1);
      try {
        await streamEvents(call, hub);
      } finally {
        const left = (open.get(userId) ?? 1) - 1;
        if (left === 0) open.delete(userId);
        else open.set(userId, left);
      }
    },
  });
  return [{ ...route, answer: "event-stream" }];
}
