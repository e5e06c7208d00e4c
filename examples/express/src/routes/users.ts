import { Router } from "express";
import createHttpError from "http-errors";
import { csrfTokenOf } from "../csrf.ts";
import type { Database } from "../database.ts";
import { type Limits, signUpLimit } from "../limits.ts";
import { readBody } from "../read-input.ts";
import { logIn } from "../sessions.ts";
import { addUser, loginSchema } from "../users.ts";

/** Sign-up, which logs in too. */
export function userRoutes({ database, limits }: { readonly database: Database; readonly limits: Limits }): Router {
  const router = Router();
  router.post("/", signUpLimit(limits), async (request, response) => {
    const user = await addUser(database, readBody(loginSchema, request));
    if (user === null) throw createHttpError(409, "this name is taken");
    await logIn(request, user.id);
    response.status(201).json({ user, csrfToken: csrfTokenOf(request) });
  });
  return router;
}
