/** A browser as far as the server can tell: it keeps the cookie, and sends the token of its session. */
export interface Client {
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  patch(path: string, body: unknown): Promise<Answer>;
  delete(path: string): Promise<Answer>;
  /** A request whose headers and body are the caller's own. */
  send(method: string, path: string, options: { headers?: Record<string, string>; body?: string }): Promise<Answer>;
  readonly cookie: string | null;
  readonly csrfToken: string | null;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

export type Body = Readonly<Record<string, unknown>>;

export function client(url: string, record: (text: string) => void): Client {
  let cookie: string | null = null;
  let csrfToken: string | null = null;
  const send: Client["send"] = async (method, path, { headers = {}, body }) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(cookie === null ? {} : { cookie }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    record(`${JSON.stringify([...response.headers])} ${text}`);
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(";")[0] ?? null;
    // Every answer of this server is JSON or nothing.
    const answered = (text === "" ? {} : JSON.parse(text)) as Body;
    if (typeof answered.csrfToken === "string") csrfToken = answered.csrfToken;
    return { status: response.status, headers: response.headers, body: answered };
  };
  const unsafe = (method: string) => (path: string, body?: unknown) =>
    send(method, path, {
      headers: { "content-type": "application/json", ...(csrfToken === null ? {} : { "x-csrf-token": csrfToken }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  return {
    send,
    get: (path) => send("GET", path, {}),
    ...{ post: unsafe("POST"), put: unsafe("PUT"), patch: unsafe("PATCH"), delete: unsafe("DELETE") },
    get cookie() {
      return cookie;
    },
    get csrfToken() {
      return csrfToken;
    },
  };
}

/** The items of a list. */
export function itemsOf({ body }: { readonly body: unknown }): readonly Body[] {
  // The test that asks has seen that it is a list.
  return (body as { readonly items: readonly Body[] }).items;
}
