import type { InboxTrade, Trade } from "@fillbook/core";
import { useEffect, useState } from "preact/hooks";
import { FilterBar, filterQuery, useFilters } from "../filter-bar.tsx";
import { useReloads } from "../live.ts";
import { useConnections, usePlans } from "../reference-data.ts";
import { Button, EmptyState, ErrorState, MoreRows, PageHead, SkeletonRows } from "../ui.tsx";
import { type LoadedSlices, useSlices, withQuery } from "../use-load.ts";
import { useReview } from "../use-review.ts";
import { BulkBar, type BulkChoice } from "./bulk-bar.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { InboxTable } from "./inbox-table.tsx";

/** Imported trades that wait for their owner, and those that changed after a review. */
export function Inbox() {
  const [filters, setFilters] = useFilters();
  const isChanged = filters.show === "changed";
  const path = withQuery(
    isChanged ? "/api/trades?limit=100&changedSinceReview=true" : "/api/inbox?limit=100",
    filterQuery(filters),
  );
  const list = useSlices<Trade | InboxTrade>(path);
  const connections = useConnections();
  const plans = usePlans();
  const review = useReview(list.replace);
  const [isHelp, setHelp] = useState(false);
  const [isBusy, setBusy] = useState(false);
  useEffect(() => review.act({ kind: "clear" }), [path]);
  const { selected: chosen, choices, rows } = review.state;
  const isInUse = list.isDeep || chosen.size > 0 || Object.keys(choices).length > 0 || Object.keys(rows).length > 0;
  const news = useNews(list, { isInUse, onRead: () => review.act({ kind: "clear" }) });
  const items = list.items ?? [];
  const selected = items.filter(({ id }) => review.state.selected.has(id));
  const apply = async (choice: BulkChoice) => {
    setBusy(true);
    await review.review(selected, choice === null ? review.choiceOf : () => choice);
    setBusy(false);
  };
  return (
    <>
      <PageHead title="Import inbox" hint="Say what each imported trade belongs to. Nothing is linked by itself.">
        {news === null ? null : (
          <Button onClick={news} icon="sync">
            Refresh
          </Button>
        )}
        <span class="touch-none">
          <Button kind="quiet" icon="help" onClick={() => setHelp(true)}>
            Keys
          </Button>
        </span>
      </PageHead>
      {selected.length > 0 ? (
        <BulkBar
          count={selected.length}
          plans={plans}
          isBusy={isBusy}
          onApply={(choice) => void apply(choice)}
          onClear={() => review.act({ kind: "select", ids: [] })}
        />
      ) : (
        <FilterBar filters={filters} onChange={setFilters} connections={connections.data?.items ?? []}>
          <Tabs show={filters.show} onShow={(show) => setFilters({ show })} />
        </FilterBar>
      )}
      <InboxBody
        list={list}
        isChanged={isChanged}
        isFiltered={Object.values(filterQuery(filters)).some((value) => value !== "")}
      >
        <InboxTable items={items} plans={plans} review={review} onHelp={() => setHelp(true)} isChanged={isChanged} />
        <MoreRows more={list.more} isLoading={list.isLoadingMore} shown={items.length} />
      </InboxBody>
      {isHelp ? <HelpDialog onClose={() => setHelp(false)} /> : null}
    </>
  );
}

/** Reads the list anew after a run, but never under a person's hands: then a button waits. */
function useNews(
  { reload }: LoadedSlices<Trade | InboxTrade>,
  { isInUse, onRead }: { readonly isInUse: boolean; readonly onRead: () => void },
): (() => void) | null {
  const [isOld, setOld] = useState(false);
  useReloads(() => (isInUse ? setOld(true) : reload()));
  if (!isOld) return null;
  return () => {
    setOld(false);
    onRead();
    reload();
  };
}

function Tabs({ show, onShow }: { readonly show: string; readonly onShow: (show: string) => void }) {
  return (
    <div class="tabs" role="tablist" aria-label="Which trades">
      {[
        ["", "To review"],
        ["changed", "Changed since review"],
      ].map(([value = "", label]) => (
        <button key={value} type="button" role="tab" aria-selected={show === value} onClick={() => onShow(value)}>
          {label}
        </button>
      ))}
    </div>
  );
}

function InboxBody({
  list,
  isChanged,
  isFiltered,
  children,
}: {
  readonly list: LoadedSlices<Trade | InboxTrade>;
  readonly isChanged: boolean;
  readonly isFiltered: boolean;
  readonly children: preact.ComponentChildren;
}) {
  const { items, error, reload } = list;
  if (error !== null && items === null) return <ErrorState error={error} onRetry={reload} />;
  if (items === null) return <SkeletonRows rows={12} />;
  if (items.length > 0) return <>{children}</>;
  if (isFiltered) {
    return <EmptyState title="No trade fits these filters">Clear them to see what waits for review.</EmptyState>;
  }
  if (isChanged) {
    return (
      <EmptyState title="Nothing changed since you reviewed it">
        When a broker corrects a fill after your review, the trade shows up here with both sides of the story.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title="Your inbox is empty"
      action={
        <a class="button button-primary" href="/sync">
          Go to Sync
        </a>
      }
    >
      Everything that was imported is reviewed. New trades appear here after the next sync.
    </EmptyState>
  );
}
