const paths = {
  inbox: "M2.5 9.5 4.3 3.4h7.4l1.8 6.1v3.1h-11zM2.5 9.5h3.2l.9 1.6h2.8l.9-1.6h3.2",
  sync: "M13.2 6.6A5.4 5.4 0 0 0 3.6 5M2.8 9.4A5.4 5.4 0 0 0 12.4 11M3.4 2.4V5h2.7M12.6 13.6V11H9.9",
  trades: "M2.5 4h11M2.5 8h11M2.5 12h7",
  problems: "M8 2.4 14 13H2zM8 6.4v3M8 11.2v.1",
  backfill: "M8 2.6v7.2M5 7l3 3 3-3M2.6 10.6v2.8h10.8v-2.8",
  positions: "M2.5 13.2h11M4.2 11V7.4M8 11V3.4M11.8 11V5.8",
  theme: "M8 2.6a5.4 5.4 0 1 0 0 10.8zM8 2.6a5.4 5.4 0 0 1 0 10.8",
  out: "M6.4 2.8H3.2v10.4h3.2M10 5.2 12.8 8 10 10.8M12.6 8H6.2",
  help: "M6 6.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4M8 11.6v.1",
  check: "M3 8.4 6.4 11.8 13 4.8",
  close: "M4 4l8 8M12 4l-8 8",
  next: "M6 3.4 10.6 8 6 12.6",
  plus: "M8 3v10M3 8h10",
} as const;

export type IconName = keyof typeof paths;

/** A picture beside words that say the same: it is hidden from who listens. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
