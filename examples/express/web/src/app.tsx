import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useState } from "preact/hooks";
import { logOut, readSession, type SessionAnswer, whenSessionIsLost } from "./api.ts";
import { listen } from "./live.ts";
import { Backfill } from "./pages/backfill.tsx";
import { Inbox } from "./pages/inbox.tsx";
import { JobPage } from "./pages/job.tsx";
import { Login } from "./pages/login.tsx";
import { Positions } from "./pages/positions.tsx";
import { Problems } from "./pages/problems.tsx";
import { Sync } from "./pages/sync.tsx";
import { TradePage } from "./pages/trade.tsx";
import { Trades } from "./pages/trades.tsx";
import { followLinks, navigate, usePlace } from "./router.ts";
import { Shell } from "./shell.tsx";
import { Toasts, tellError } from "./toasts.tsx";
import { EmptyState, ErrorState } from "./ui.tsx";

type User = NonNullable<SessionAnswer["user"]>;

/** Who is logged in, and the page that the address names. */
export function App() {
  const [user, setUser] = useState<User | null | undefined>(undefined);
  const [error, setError] = useState<Error | null>(null);
  const [isLost, setLost] = useState(false);
  const load = useCallback(() => {
    setError(null);
    readSession().then((session) => setUser(session.user), setError);
  }, []);
  useEffect(() => {
    whenSessionIsLost(() => {
      setLost(true);
      setUser(null);
    });
    document.addEventListener("click", followLinks);
    load();
  }, [load]);
  if (error !== null) return <ErrorState error={error} onRetry={load} />;
  if (user === undefined) return null;
  if (user === null) {
    const onLogin = (session: SessionAnswer) => {
      setLost(false);
      setUser(session.user);
    };
    return <Login isLost={isLost} onLogin={onLogin} />;
  }
  const onLogOut = () => void logOut().then(() => setUser(null), tellError);
  // Another person at this browser sees nothing of what the one before was shown.
  return (
    <LoggedIn key={user.id}>
      <Shell name={user.name} onLogOut={onLogOut}>
        <Page />
      </Shell>
      <Toasts />
    </LoggedIn>
  );
}

function LoggedIn({ children }: { readonly children: ComponentChildren }) {
  useEffect(listen, []);
  return <>{children}</>;
}

function Page() {
  const { path } = usePlace();
  useEffect(() => {
    if (path === "/") navigate("/inbox");
    document.querySelector("main")?.scrollTo(0, 0);
  }, [path]);
  const [, page = "", id] = path.split("/");
  if (page === "trades" && id !== undefined) return <TradePage id={decodeURIComponent(id)} key={id} />;
  if (page === "jobs" && id !== undefined) return <JobPage id={decodeURIComponent(id)} key={id} />;
  const Found = pages[page];
  if (Found !== undefined) return <Found />;
  return page === "" ? null : (
    <EmptyState title="There is no such page" action={<a href="/inbox">To the inbox</a>}>
      The address may have been cut off.
    </EmptyState>
  );
}

const pages: Readonly<Record<string, () => ReturnType<typeof EmptyState>>> = {
  inbox: Inbox,
  sync: Sync,
  trades: Trades,
  problems: Problems,
  backfill: Backfill,
  positions: Positions,
};
