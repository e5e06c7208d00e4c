import type { Connection } from "@fillbook/core";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { connectionText } from "./reference-data.ts";
import { replaceQuery, usePlace } from "./router.ts";

/** What trades are filtered by. It stands in the address, so a filtered list can be kept and sent. */
export interface TradeFilters {
  readonly connectionId: string;
  readonly broker: string;
  readonly symbol: string;
  readonly from: string;
  readonly to: string;
  readonly status: string;
  readonly show: string;
}

const names = ["connectionId", "broker", "symbol", "from", "to", "status", "show"] as const;

export function useFilters(): readonly [TradeFilters, (change: Partial<TradeFilters>) => void] {
  const { query } = usePlace();
  const filters = Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""])) as unknown as TradeFilters;
  return [filters, (change) => replaceQuery({ ...filters, ...change })];
}

/** The API's words for the filters. Days are the person's own: from the start of one to the end of another. */
export function filterQuery({ connectionId, broker, symbol, from, to, status }: TradeFilters): Record<string, string> {
  return {
    ...{ connectionId, broker, symbol, status },
    from: dayEdge(from, "00:00:00.000"),
    to: dayEdge(to, "23:59:59.999"),
  };
}

function dayEdge(day: string, time: string): string {
  const at = new Date(`${day}T${time}`);
  return day === "" || Number.isNaN(at.getTime()) ? "" : at.toISOString();
}

interface FilterBarOptions {
  readonly filters: TradeFilters;
  readonly onChange: (change: Partial<TradeFilters>) => void;
  readonly connections: readonly Connection[];
  readonly children?: ComponentChildren;
}

export function FilterBar({ filters, onChange, connections, children }: FilterBarOptions) {
  const brokers = [...new Set(connections.map(({ broker }) => broker))].sort();
  const isFiltered = names.some((name) => name !== "show" && filters[name] !== "");
  return (
    <search class="filters">
      {children}
      <select
        class="select"
        aria-label="Provider"
        value={filters.broker}
        onChange={(event) => onChange({ broker: event.currentTarget.value, connectionId: "" })}
      >
        <option value="">All providers</option>
        {brokers.map((broker) => (
          <option key={broker} value={broker}>
            {broker === "ibkr" ? "Interactive Brokers" : broker === "kraken" ? "Kraken" : broker}
          </option>
        ))}
        <option value="manual">Entered by hand</option>
      </select>
      <select
        class="select"
        aria-label="Account"
        value={filters.connectionId}
        onChange={(event) => onChange({ connectionId: event.currentTarget.value })}
      >
        <option value="">All accounts</option>
        {connections.map((connection) => (
          <option key={connection.id} value={connection.id}>
            {connectionText(connection)}
          </option>
        ))}
      </select>
      <SymbolField value={filters.symbol} onChange={(symbol) => onChange({ symbol })} />
      <label class="day-field">
        <span>From</span>
        <input type="date" value={filters.from} onChange={(event) => onChange({ from: event.currentTarget.value })} />
      </label>
      <label class="day-field">
        <span>To</span>
        <input type="date" value={filters.to} onChange={(event) => onChange({ to: event.currentTarget.value })} />
      </label>
      <button
        type="button"
        class="link"
        disabled={!isFiltered}
        onClick={() => onChange({ connectionId: "", broker: "", symbol: "", from: "", to: "", status: "" })}
      >
        Clear
      </button>
    </search>
  );
}

const TYPING_MS = 250;

/** Asks once the typing has paused. */
function SymbolField({ value, onChange }: { readonly value: string; readonly onChange: (symbol: string) => void }) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    if (text.trim() === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = text.trim();
      onChange(text.trim());
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, onChange]);
  return (
    <input
      id="symbol-filter"
      class="input"
      type="search"
      placeholder="Symbol"
      aria-label="Symbol"
      value={text}
      onInput={(event) => setText(event.currentTarget.value)}
    />
  );
}
