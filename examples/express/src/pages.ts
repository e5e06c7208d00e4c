import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Logger } from "@fillbook/core";
import express, { type Express, type RequestHandler } from "express";

/** Where `vite build web` writes them. */
const FOLDER = fileURLToPath(new URL("../web/dist", import.meta.url));
const YEAR_MS = 31_536_000_000;

/** Serves the built pages: every path that is no file is the app's own to route. */
export function servePages(app: Express, logger: Logger): void {
  if (!existsSync(`${FOLDER}/index.html`)) {
    logger.warn({ folder: FOLDER }, "the pages are not built: only the API is served");
    return;
  }
  // Their names hold a hash of what is in them.
  app.use("/assets", express.static(`${FOLDER}/assets`, { immutable: true, maxAge: YEAR_MS, index: false }));
  app.use(express.static(FOLDER, { index: false, cacheControl: false, setHeaders: noCache }));
  app.get("/{*path}", page);
}

const page: RequestHandler = (request, response, next) => {
  // A script or a picture that is not there is missing, and not the page.
  if (request.accepts("html") !== "html" || request.path.startsWith("/assets/")) return next();
  noCache(response);
  response.sendFile("index.html", { root: FOLDER, cacheControl: false });
};

function noCache(response: { set(name: string, value: string): unknown }): void {
  response.set("cache-control", "no-cache");
}
