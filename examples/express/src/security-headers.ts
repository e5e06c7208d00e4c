import type { RequestHandler } from "express";
import helmet from "helmet";

/**
 * What browsers are told to refuse. Everything that the pages need comes from this server: no inline script, no inline
 * style, nothing from elsewhere.
 */
export function securityHeaders({ isHttps }: { readonly isHttps: boolean }): RequestHandler {
  const own = ["'self'"];
  const none = ["'none'"];
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        ...{ defaultSrc: none, scriptSrc: own, styleSrc: own, connectSrc: own, fontSrc: own, formAction: own },
        ...{ imgSrc: ["'self'", "data:"], baseUri: none, frameAncestors: none, objectSrc: none },
        ...(isHttps ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    referrerPolicy: { policy: "no-referrer" },
  });
}
