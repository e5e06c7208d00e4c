import createHttpError from "http-errors";
import { session } from "../answers/app-answers.ts";
import { csrfTokenOf } from "../csrf.ts";
import type { Database } from "../database.ts";
import { type Limits, loginLimit } from "../limits.ts";
import { publicRoute, type Route } from "../route.ts";
import { logIn, logOut } from "../sessions.ts";
import { checkLogin, findUser, loginSchema } from "../users.ts";

/** Login, logout, and who is logged in. */
export function sessionRoutes({ database, limits }: { readonly database: Database; readonly limits: Limits }): Route[] {
  return [
    publicRoute(["get", "/api/session"], {
      summary: "Who is logged in, and the token that unsafe requests carry",
      answer: session,
      async handle({ request }) {
        const { userId } = request.session;
        const user = userId === undefined ? null : await findUser(database, userId);
        return { user, csrfToken: csrfTokenOf(request) };
      },
    }),
    publicRoute(["post", "/api/session"], {
      summary: "Log in",
      body: loginSchema,
      answer: session,
      limit: loginLimit(limits),
      async handle({ request, body }) {
        const user = await checkLogin(database, body);
        // One answer for both, so that nobody learns which names there are.
        if (user === null) throw createHttpError(401, "name or password is wrong");
        await logIn(request, user.id);
        return { user, csrfToken: csrfTokenOf(request) };
      },
    }),
    publicRoute(["delete", "/api/session"], {
      summary: "Log out",
      async handle({ request }) {
        await logOut(request);
      },
    }),
  ];
}
