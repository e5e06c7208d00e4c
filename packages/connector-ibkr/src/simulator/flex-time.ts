import { easternTime } from "./eastern-time.ts";

/** How a query writes days and times. */
export interface FlexTimeFormat {
  readonly date: "yyyyMMdd" | "yyyy-MM-dd" | "MM/dd/yyyy" | "MM/dd/yy" | "dd/MM/yyyy" | "dd/MM/yy" | "dd-MMM-yy";
  readonly time: "HHmmss" | "HH:mm:ss";
  readonly separator: ";" | "," | ", " | " " | "" | "T";
  /** "name" adds " EDT", "offset" adds "-0400". */
  readonly zone: "none" | "name" | "offset";
}

/** Writes days and moments; a day that is null is "". */
export interface FlexTimeWriter {
  day(day: string | null): string;
  time(atMs: number): string;
  dateTime(atMs: number | null): string;
}

/** The writer of a format; moments are shown on New York's clock. */
export function flexTime(format: FlexTimeFormat): FlexTimeWriter {
  const time = (text: string) => (format.time === "HHmmss" ? text.replaceAll(":", "") : text);
  const day = (text: string | null) => (text === null ? "" : dayText(text, format.date));
  return {
    day,
    time: (atMs) => time(easternTime(atMs).time),
    dateTime(atMs) {
      if (atMs === null) return "";
      const eastern = easternTime(atMs);
      const offset = eastern.zone === "EDT" ? "-0400" : "-0500";
      const zone = format.zone === "none" ? "" : format.zone === "name" ? ` ${eastern.zone}` : offset;
      return `${day(eastern.day)}${format.separator}${time(eastern.time)}${zone}`;
    },
  };
}

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

function dayText(text: string, format: FlexTimeFormat["date"]): string {
  const [year = "", month = "", day = ""] = text.split("-");
  const shortYear = year.slice(2);
  switch (format) {
    case "yyyyMMdd":
      return `${year}${month}${day}`;
    case "yyyy-MM-dd":
      return text;
    case "MM/dd/yyyy":
      return `${month}/${day}/${year}`;
    case "MM/dd/yy":
      return `${month}/${day}/${shortYear}`;
    case "dd/MM/yyyy":
      return `${day}/${month}/${year}`;
    case "dd/MM/yy":
      return `${day}/${month}/${shortYear}`;
    case "dd-MMM-yy":
      return `${day}-${MONTHS[Number(month) - 1] ?? month}-${shortYear}`;
  }
}
