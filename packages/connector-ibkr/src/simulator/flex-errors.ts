import { easternTime } from "./eastern-time.ts";

/**
 * The published codes and their texts; 1025 is not among them and its text is made.
 *
 * @see https://www.ibkrguides.com (Flex Web Service error codes, read 2025-10-03)
 */
export const flexErrors: ReadonlyMap<string, string> = new Map([
  ["1001", "Statement could not be generated at this time. Please try again shortly."],
  ["1003", "Statement is not available."],
  ["1004", "Statement is incomplete at this time. Please try again shortly."],
  ["1005", "Settlement data is not ready at this time. Please try again shortly."],
  ["1006", "FIFO P/L data is not ready at this time. Please try again shortly."],
  ["1007", "MTM P/L data is not ready at this time. Please try again shortly."],
  ["1008", "MTM and FIFO P/L data is not ready at this time. Please try again shortly."],
  ["1009", "The server is under heavy load. Statement could not be generated at this time. Please try again shortly."],
  ["1010", "Legacy Flex Queries are no longer supported. Please convert over to Activity Flex."],
  ["1011", "Service account is inactive."],
  ["1012", "Token has expired."],
  ["1013", "IP restriction."],
  ["1014", "Query is invalid."],
  ["1015", "Token is invalid."],
  ["1016", "Account in invalid."],
  ["1017", "Reference code is invalid."],
  ["1018", "Too many requests have been made from this token. Please try again shortly."],
  ["1019", "Statement generation in progress. Please try again shortly."],
  ["1020", "Invalid request or unable to validate request."],
  ["1021", "Statement could not be retrieved at this time. Please try again shortly."],
  ["1025", "Too many failed attempts."],
]);

/** The answer that carries a code: "Warn" for 1019, "Fail" otherwise. */
export function flexErrorText(code: string, { atMs, message }: { readonly atMs: number; readonly message?: string }) {
  const text = message ?? flexErrors.get(code) ?? "Unknown error.";
  const status = code === "1019" ? "Warn" : "Fail";
  const lines = [
    `<Status>${status}</Status>`,
    `<ErrorCode>${code}</ErrorCode>`,
    `<ErrorMessage>${text}</ErrorMessage>`,
  ];
  return controlText(lines, atMs);
}

/** The answer to a SendRequest that went well. `url` null leaves the element out. */
export function flexSuccessText(options: {
  readonly atMs: number;
  readonly referenceCode: string;
  readonly url: string | null;
  readonly element?: "Url" | "url";
}): string {
  const { referenceCode, url, element = "Url" } = options;
  const lines = ["<Status>Success</Status>", `<ReferenceCode>${referenceCode}</ReferenceCode>`];
  if (url !== null) lines.push(`<${element}>${url}</${element}>`);
  return controlText(lines, options.atMs);
}

function controlText(lines: readonly string[], atMs: number): string {
  return `<FlexStatementResponse timestamp='${timestampText(atMs)}'>\n${lines.join("\n")}\n</FlexStatementResponse>\n`;
}

const MONTHS = "January February March April May June July August September October November December".split(" ");

/** "28 August, 2012 10:37 AM EDT" */
function timestampText(atMs: number): string {
  const { day, time, zone } = easternTime(atMs);
  const [year, month, date] = day.split("-");
  const hour = Number(time.slice(0, 2));
  const shown = String(hour % 12 === 0 ? 12 : hour % 12).padStart(2, "0");
  return `${date} ${MONTHS[Number(month) - 1]}, ${year} ${shown}${time.slice(2, 5)} ${hour < 12 ? "AM" : "PM"} ${zone}`;
}
