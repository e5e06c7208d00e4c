import { type ClosedWindow, windowsMax } from "@fillbook/connector-kit";
import { z } from "zod";

/** Whole unix seconds. */
export const secondsSchema = z.number().int().min(0).max(9_999_999_999);

export const windowSchema: z.ZodType<ClosedWindow> = z.strictObject({
  from: secondsSchema,
  to: secondsSchema,
  offset: z.number().int().min(0),
  lastId: z.string().max(100).nullable(),
});

/** The windows of a cursor. */
export const windowsSchema: z.ZodType<readonly ClosedWindow[]> = z.array(windowSchema).max(windowsMax);
