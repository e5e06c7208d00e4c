import { createReadStream } from "node:fs";

/** The account of a statement's first lines; the import refuses a file that turns out to be of another one. */
export async function accountOf(path: string): Promise<string> {
  let head = "";
  for await (const piece of createReadStream(path, { encoding: "utf8", end: 65_535 })) head += piece;
  return /\baccountId=["']([^"'-][^"']*)["']/.exec(head)?.[1] ?? "unknown";
}
