import type { Fillbook } from "@fillbook/core";
import { instantSchema } from "@fillbook/core/connector";
import { z } from "zod";
import { ingestReport, reprocessReport, syncResults } from "../answers/run-answers.ts";
import { type Route, userRoute } from "../route.ts";

const ends = { from: z.exactOptional(instantSchema), to: z.exactOptional(instantSchema) };
const syncSchema = z.strictObject({
  after: z.exactOptional(instantSchema),
  window: z.strictObject(ends).exactOptional(),
});
const backfillSchema = z.strictObject({ window: z.strictObject(ends).exactOptional() });
const reprocessSchema = z.strictObject({ after: z.string().exactOptional() });

/** A proxy gives a request up after a minute. A backfill that takes longer says `more`, and is asked for again. */
const BACKFILL_MS_MAX = 45_000;

/** Imports that a person asks for. A run that failed is an answer too: its report says what was stored and what to do. */
export function syncRoutes(book: Fillbook): Route[] {
  return [
    userRoute(["post", "/api/sync"], {
      summary: "Import all active connections now",
      answer: syncResults,
      handle: ({ user }) => user.syncAll(),
    }),
    userRoute(["post", "/api/connections/{id}/sync"], {
      summary: "Import one connection now, and further back with a `window`",
      body: syncSchema,
      answer: ingestReport,
      handle: ({ user, id, body }) => user.syncNow(id, body),
    }),
    userRoute(["post", "/api/connections/{id}/backfill"], {
      summary: "Read history, for 45 seconds at most; `more` says that there is more to read",
      body: backfillSchema,
      answer: ingestReport,
      async handle({ user, id, body }) {
        // Also refuses a stranger's id: `ingest` itself serves the scheduler and asks for no owner.
        const { id: connectionId } = await user.connection(id);
        return book.ingest({ connectionId, mode: "backfill", budget: { ms: BACKFILL_MS_MAX }, ...body });
      },
    }),
    userRoute(["post", "/api/connections/{id}/reprocess"], {
      summary: "Read records again that could not be read when they came",
      body: reprocessSchema,
      answer: reprocessReport,
      handle: ({ user, id, body }) => user.reprocessRejects({ connectionId: id, ...body }),
    }),
  ];
}
