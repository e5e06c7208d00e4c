import * as z from "zod/mini";

/** Text that is read by a function, which answers null for what it does not accept. */
export function parsedText<Value>(parse: (text: string) => Value | null, message: string) {
  return z.pipe(
    z.string(),
    z.transform((text: string, context): Value => {
      const parsed = parse(text);
      if (parsed !== null) return parsed;
      context.issues.push({ code: "custom", message, input: text });
      return z.NEVER;
    }),
  );
}
