import type { AuditEvent, Link } from "@fillbook/core";
import { linkText, type Plans } from "./reference-data.ts";

/** What a review's event says of the trade before and after it. */
interface ReviewDetails {
  readonly from?: TradeState;
  readonly to?: TradeState;
  readonly manualTradeIds?: readonly string[];
}

interface TradeState {
  readonly inbox: "pending_review" | "reviewed";
  readonly link: Link;
}

/** What somebody did about a trade, as its page says it. */
export function eventText({ action, details }: Pick<AuditEvent, "action" | "details">, plans: Plans): string {
  // Core writes these two details for every event of a review, and others for other events.
  const { from, to, manualTradeIds = [] } = (details ?? {}) as ReviewDetails;
  const before = from?.inbox === "reviewed" ? `, before: ${linkText(from.link, plans)}` : "";
  switch (action) {
    case "trade.reviewed":
      return `Linked to ${linkText(to?.link ?? null, plans)}${before}${manualTradeIds.length > 0 ? ", instead of a trade by hand" : ""}`;
    case "trade.review_undone":
      return to?.inbox === "reviewed"
        ? `Took the last review back: linked to ${linkText(to.link, plans)} again`
        : "Took the review back: it waits for one again";
    case "report.pinned":
      return "Chose which report of a fill counts";
    case "trade.absorbed":
      return "An imported trade counts instead";
    case "trade.restored":
      return "Counts again beside the imported trade";
    default:
      return action;
  }
}
