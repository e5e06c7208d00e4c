import createHttpError from "http-errors";
import { session } from "../answers/app-answers.ts";
import { csrfTokenOf } from "../csrf.ts";
import type { Database } from "../database.ts";
import { type Limits, signUpLimit } from "../limits.ts";
import { publicRoute, type Route } from "../route.ts";
import { logIn } from "../sessions.ts";
import { addUser, loginSchema } from "../users.ts";

/** Sign-up, which logs in too. */
export function userRoutes({ database, limits }: { readonly database: Database; readonly limits: Limits }): Route[] {
  return [
    publicRoute(["post", "/api/users"], {
      summary: "Sign up, which logs in too",
      body: loginSchema,
      answer: session,
      status: 201,
      limit: signUpLimit(limits),
      async handle({ request, body }) {
        const user = await addUser(database, body);
        if (user === null) throw createHttpError(409, "this name is taken");
        await logIn(request, user.id);
        return { user, csrfToken: csrfTokenOf(request) };
      },
    }),
  ];
}
