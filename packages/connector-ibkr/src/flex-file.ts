import type { Json } from "@fillbook/core";
import type { FilePage, FileRequest } from "@fillbook/core/connector";
import type { FlexContext } from "./flex-context.ts";
import { type FlexRowPage, flexPages } from "./flex-pages.ts";
import type { ReadFlexPolicy } from "./flex-policy.ts";
import type { FlexFileSettings } from "./flex-settings.ts";
import { readFlexStatement } from "./flex-statement.ts";

/**
 * Reads a Flex statement that a person downloaded as XML. Its rows are the same records as those of the service.
 *
 * @throws ImportError `ACCOUNT_MISMATCH` and `FEATURE_UNAVAILABLE` (another report, CSV) before any page, `PROTOCOL` for what is no Flex XML or
 * is cut off, `RESPONSE_TOO_LARGE`.
 */
export function flexFile(
  policy: ReadFlexPolicy,
  stream: AsyncIterable<Uint8Array>,
  { connection, signal }: FileRequest<FlexFileSettings>,
): AsyncIterable<FilePage<Json, FlexContext>> {
  const { settings, accountRef } = connection;
  const events = readFlexStatement(stream, { limits: { sizeBytesMax: policy.maxStatementBytes }, signal });
  const account = settings.accountId ?? accountRef;
  const pages = flexPages(events, { account, timeZone: settings.timeZone, pageRecords: policy.pageRecords });
  // No generator: one keeps the page that it handed out until it has the next, so that two were in memory.
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => nextPage(pages),
      return: async () => {
        await pages.return();
        return { done: true, value: undefined };
      },
    }),
  };
}

async function nextPage(
  pages: AsyncGenerator<FlexRowPage, void>,
): Promise<IteratorResult<FilePage<Json, FlexContext>, undefined>> {
  const { done, value } = await pages.next();
  if (done === true) return { done, value: undefined };
  const { records, context, reportedAt, summary } = value;
  return { done: false, value: { records, context, reportedAt, diagnostics: summary?.diagnostics ?? [] } };
}
