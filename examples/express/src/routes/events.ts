import type { EventHub } from "../event-hub.ts";
import { streamEvents } from "../event-stream.ts";
import { type Route, userRoute } from "../route.ts";

/** What runs do while they go on. */
export function eventRoutes(hub: EventHub): Route[] {
  const route = userRoute(["get", "/api/events"], {
    summary: "Server-sent events of runs that go on; best effort, the lists tell the state",
    status: 200,
    handle: (call) => streamEvents(call, hub),
  });
  return [{ ...route, answer: "event-stream" }];
}
