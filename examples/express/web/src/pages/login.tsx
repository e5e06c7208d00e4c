import { useState } from "preact/hooks";
import { logIn, type SessionAnswer } from "../api.ts";
import { Button, Notice } from "../ui.tsx";
import { wordsOf } from "../use-load.ts";

/** Login and sign-up. The address stays, so that after a login the page is the one that was asked for. */
export function Login({ isLost, onLogin }: { isLost: boolean; onLogin: (session: SessionAnswer) => void }) {
  const [isNew, setNew] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setError(null);
    try {
      onLogin(await logIn({ name: String(form.get("name")), password: String(form.get("password")) }, isNew));
    } catch (caught) {
      setError(caught as Error);
      setBusy(false);
    }
  };
  return (
    <div class="login">
      <form class="login-card" onSubmit={submit}>
        <div class="brand">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <h1>{isNew ? "Create an account" : "Log in to Fillbook"}</h1>
        </div>
        {isLost ? <Notice tone="warn">Your session has ended. Log in to go on where you were.</Notice> : null}
        <label class="field">
          <span>Name</span>
          <input name="name" autocomplete="username" autocapitalize="none" spellcheck={false} required />
        </label>
        <label class="field">
          <span>Password</span>
          <input
            name="password"
            type="password"
            autocomplete={isNew ? "new-password" : "current-password"}
            minLength={12}
            required
          />
          {isNew ? <small>At least 12 characters.</small> : null}
        </label>
        {error === null ? null : <Notice tone="bad">{wordsOf(error)}</Notice>}
        <Button type="submit" kind="primary" isBusy={isBusy}>
          {isNew ? "Sign up" : "Log in"}
        </Button>
        <button type="button" class="link" onClick={() => setNew(!isNew)}>
          {isNew ? "I have an account" : "Create an account instead"}
        </button>
      </form>
    </div>
  );
}
