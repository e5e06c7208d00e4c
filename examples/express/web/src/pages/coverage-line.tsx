import type { Connection, ConnectionCoverage } from "@fillbook/core";
import { isForFiles } from "../connection-state.ts";
import { coverageText, gapText, joinedGaps } from "../coverage-words.ts";
import { plainText } from "../format.ts";
import { useReloads } from "../live.ts";
import { useLoad } from "../use-load.ts";

/** What was read of a connection's history: a line of its own, there before it is known so that nothing moves. */
export function CoverageLine({ connection }: { readonly connection: Connection }) {
  const isRead = !isForFiles(connection);
  const { data, reload } = useLoad<ConnectionCoverage>(
    isRead ? `/api/connections/${encodeURIComponent(connection.id)}/coverage` : null,
  );
  useReloads(reload);
  if (!isRead) return null;
  const gaps = joinedGaps(data?.gaps ?? []);
  const words = gaps.slice(0, SHOWN_MAX).map((gap) => plainText(gapText(gap)));
  const more = gaps.length > SHOWN_MAX ? "; and more" : "";
  return (
    <p class="connection-coverage muted">
      {data === null ? "\u00a0" : coverageText(data)}
      {words.length === 0 ? null : (
        <>
          {" "}
          <a href="/problems">{words.join("; ")}</a>
          {more}
        </>
      )}
    </p>
  );
}

const SHOWN_MAX = 2;
