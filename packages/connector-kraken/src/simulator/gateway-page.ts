const REASONS: ReadonlyMap<number, string> = new Map([
  [403, "Forbidden"],
  [404, "Not found"],
  [413, "Payload too large"],
  [429, "Too many requests"],
  [500, "Internal server error"],
  [502, "Bad gateway"],
  [503, "Service temporarily unavailable"],
  [504, "Gateway time-out"],
  [520, "Web server is returning an unknown error"],
  [522, "Connection timed out"],
  [524, "A timeout occurred"],
  [525, "SSL handshake failed"],
]);

/** The HTML that the gateway in front of Kraken answers with. Made, after pages that users have quoted. */
export function gatewayPage(status: number): string {
  const title = `api.kraken.com | ${status}: ${REASONS.get(status) ?? "Error"}`;
  return `<!DOCTYPE html>\n<html lang="en-US">\n<head><title>${title}</title></head>\n<body><h1>${title}</h1></body>\n</html>\n`;
}
