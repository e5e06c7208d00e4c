import { Router } from "express";
import createHttpError from "http-errors";
import { csrfTokenOf } from "../csrf.ts";
import type { Database } from "../database.ts";
import { type Limits, loginLimit } from "../limits.ts";
import { readBody } from "../read-input.ts";
import { logIn, logOut } from "../sessions.ts";
import { checkLogin, findUser, loginSchema } from "../users.ts";

/** Login, logout, and who is logged in. */
export function sessionRoutes({ database, limits }: { readonly database: Database; readonly limits: Limits }): Router {
  const router = Router();
  router.get("/", async (request, response) => {
    const { userId } = request.session;
    const user = userId === undefined ? null : await findUser(database, userId);
    response.json({ user, csrfToken: csrfTokenOf(request) });
  });
  router.post("/", loginLimit(limits), async (request, response) => {
    const user = await checkLogin(database, readBody(loginSchema, request));
    // One answer for both, so that nobody learns which names there are.
    if (user === null) throw createHttpError(401, "name or password is wrong");
    await logIn(request, user.id);
    response.json({ user, csrfToken: csrfTokenOf(request) });
  });
  router.delete("/", async (request, response) => {
    await logOut(request);
    response.status(204).end();
  });
  return router;
}
