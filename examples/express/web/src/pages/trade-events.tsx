import type { AuditEvent } from "@fillbook/core";
import { eventText } from "../event-words.ts";
import type { Plans } from "../reference-data.ts";
import { Moment } from "../values.tsx";

interface TradeEventsOptions {
  readonly events: readonly AuditEvent[];
  /** Whose trade it is: others are named. */
  readonly userId: string;
  readonly plans: Plans;
}

/** Who decided what about a trade, also what was taken back since, newest first. */
export function TradeEvents({ events, userId, plans }: TradeEventsOptions) {
  if (events.length === 0) return <p class="muted">Nothing happened yet.</p>;
  return (
    <ul class="decisions">
      {events.map((event) => (
        <li key={event.id}>
          {eventText(event, plans)}
          <span class="muted">
            {" "}
            <Moment at={event.at} />
            {event.by === userId ? "" : ` · by ${event.by}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
