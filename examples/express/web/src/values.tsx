import { agoText, amountText, exactMomentText, momentText, pricePlaces, signOf } from "./format.ts";

export function Amount({
  of,
  places,
  tone,
}: {
  readonly of: string;
  readonly places?: number;
  readonly tone?: "signed";
}) {
  const colored = tone === "signed" ? ` amount-${signOf(of)}` : "";
  return (
    <span class={`amount${colored}`} title={of}>
      {amountText(of, places)}
    </span>
  );
}

/** Money in its currency: two places, and more where two would show nothing. */
export function Money({ of, tone }: { readonly of: string; readonly tone?: "signed" }) {
  const places = /^-?0\.00/.test(of) ? 8 : 2;
  return <Amount of={of} places={places} {...(tone === undefined ? {} : { tone })} />;
}

export function Price({ of }: { readonly of: string }) {
  return <Amount of={of} places={pricePlaces(of)} />;
}

export function Moment({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={exactMomentText(at)}>
      {momentText(at)}
    </time>
  );
}

export function Ago({ at, none = "never" }: { readonly at: string | null; readonly none?: string }) {
  if (at === null) return <span class="muted">{none}</span>;
  return (
    <time dateTime={at} title={exactMomentText(at)}>
      {agoText(at, Math.max(Date.now(), Date.parse(at)))}
    </time>
  );
}

export function Side({ of }: { readonly of: "buy" | "sell" }) {
  return <span class={`side side-${of}`}>{of === "buy" ? "Buy" : "Sell"}</span>;
}
