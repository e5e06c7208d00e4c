import * as z from "zod/mini";

/** What a broker may leave out, read as null. */
export function orNull<Schema extends z.core.$ZodType>(schema: Schema) {
  return z.pipe(
    z.nullish(schema),
    z.transform((value: z.output<Schema> | null | undefined) => value ?? null),
  );
}
