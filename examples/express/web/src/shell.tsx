import type { ProblemCount } from "@fillbook/core";
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons.tsx";
import { useReloads } from "./live.ts";
import { usePlace } from "./router.ts";
import { toggleTheme } from "./theme.ts";
import { useLoad } from "./use-load.ts";

const places: readonly (readonly [path: string, name: string, icon: IconName])[] = [
  ["/inbox", "Inbox", "inbox"],
  ["/sync", "Sync", "sync"],
  ["/trades", "Trades", "trades"],
  ["/problems", "Problems", "problems"],
  ["/backfill", "Backfill", "backfill"],
  ["/positions", "Positions", "positions"],
];

/** What stands around every page: at the side of a wide window, above and below on a narrow one. */
export function Shell({
  name,
  onLogOut,
  children,
}: {
  name: string;
  onLogOut: () => void;
  children: ComponentChildren;
}) {
  const { path } = usePlace();
  const counts = useLoad<readonly ProblemCount[]>("/api/problems/counts");
  useReloads(counts.reload);
  const open = (counts.data ?? []).reduce((sum, { severity, count }) => sum + (severity === "info" ? 0 : count), 0);
  return (
    <div class="shell">
      <aside class="side-bar">
        <a class="brand" href="/inbox">
          <img src="/icon.svg" alt="" width="20" height="20" />
          <span>Fillbook</span>
        </a>
        <nav class="nav" aria-label="Pages">
          {places.map(([to, label, icon]) => (
            <a key={to} href={to} aria-current={path.startsWith(to) ? "page" : undefined}>
              <Icon name={icon} />
              <span>{label}</span>
              {to === "/problems" && open > 0 ? (
                <b class="count" title={`${open} open`}>
                  {open}
                </b>
              ) : null}
            </a>
          ))}
        </nav>
        <div class="side-foot">
          <span class="who" title={name}>
            {name}
          </span>
          <button
            type="button"
            class="button button-quiet icon-button"
            aria-label="Light or dark"
            title="Light or dark"
            onClick={toggleTheme}
          >
            <Icon name="theme" />
          </button>
          <button
            type="button"
            class="button button-quiet icon-button"
            aria-label="Log out"
            title="Log out"
            onClick={onLogOut}
          >
            <Icon name="out" />
          </button>
        </div>
      </aside>
      <main id="main" class="main">
        {children}
      </main>
    </div>
  );
}
