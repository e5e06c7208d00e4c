import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { BrowserServer } from "./browser-server.ts";

/** A person at a browser, and everything that the browser complained about. */
export interface Visitor {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** Goes to a page and waits until nothing on it is loading. */
  go(path: string): Promise<void>;
  /** Asks the API as the page does. */
  api<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
}

export const PASSWORD = "correct horse battery";

export async function openVisitor(
  { browser, url }: BrowserServer,
  view: { readonly width: number; readonly scheme?: "light" | "dark" } = { width: 1440 },
): Promise<Visitor> {
  const { width, scheme = "light" } = view;
  const context = await browser.newContext({
    ...{ viewport: { width, height: width < 600 ? 780 : 900 }, colorScheme: scheme },
    ...{ timezoneId: "UTC", locale: "en-GB" },
  });
  const page = await context.newPage();
  // A step that hangs fails for itself, and says which one it was.
  page.setDefaultTimeout(8_000);
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    // A refused request is told to the person; everything else on the console is a fault of the pages.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(message.text());
    }
  });
  return {
    ...{ page, complaints },
    async go(path) {
      await page.goto(`${url}${path}`);
      await settled(page);
    },
    api: (method, path, body) => page.evaluate(askApi, { method, path, body }) as Promise<never>,
  };
}

/** Until everything that is loading is there. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector(".shell, .login");
  await page.waitForFunction(() => document.querySelector(".skeleton") === null);
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

export async function signUp({ page }: Visitor, name: string): Promise<void> {
  await page.getByRole("button", { name: "Create an account instead" }).click();
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.waitForSelector(".shell");
  await settled(page);
}

export async function logIn({ page }: Visitor, name: string): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.waitForSelector(".shell");
  await settled(page);
}

/** Runs in the page. */
async function askApi({ method, path, body }: { method: string; path: string; body: unknown }): Promise<unknown> {
  const { csrfToken } = (await (await fetch("/api/session")).json()) as { csrfToken: string };
  const headers = { "content-type": "application/json", "x-csrf-token": csrfToken };
  const response = await fetch(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
  return text === "" ? null : JSON.parse(text);
}

/** Nothing on the page is wider than the window. */
export async function expectNoSideways({ page }: Visitor, where: string): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wider, `${where} scrolls sideways`).toBeLessThanOrEqual(0);
}
