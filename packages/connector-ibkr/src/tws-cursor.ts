import { z } from "zod";

/** What of a day was yielded: its first executions by time and id, and a digest over them. */
export type TwsDay = { readonly day: string; readonly rows: number; readonly digest: string };

/**
 * What is stored of the list of executions. It claims no time: each run reads the whole list, and leaves out the
 * executions of a day that are exactly as they were, unless somebody asks for all.
 */
export type TwsCursor = {
  readonly version: 1;
  readonly days: readonly TwsDay[];
  /** When a list was read to its end, milliseconds since 1970. */
  readonly readAtMs: number | null;
  /** Whether a list that somebody wanted whole was not yielded to its end. */
  readonly isRereading: boolean;
};

/** Most days of a cursor: TWS shows a week, but a time is what it wrote. */
export const twsDaysMax = 1_000;

export const twsCursorSchema: z.ZodType<TwsCursor> = z.strictObject({
  version: z.literal(1),
  days: z
    .array(
      z.strictObject({
        day: z.string().regex(/^(?:20\d{6}|unknown)$/),
        rows: z.number().int().min(0),
        digest: z.string().max(100),
      }),
    )
    .max(twsDaysMax),
  readAtMs: z.number().int().min(0).nullable(),
  isRereading: z.boolean().default(false),
});

export const emptyTwsCursor: TwsCursor = { version: 1, days: [], readAtMs: null, isRereading: false };
