/** An error as the server tells it (RFC 9457), with what Fillbook adds. */
export interface ProblemDocument {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  readonly instance?: string;
  readonly code?: string;
  readonly recovery?: string;
  readonly retryAfterMs?: number;
  readonly connectionId?: string;
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
}

export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument) {
    super(problem.detail ?? problem.title);
    this.problem = problem;
  }
}

export interface SessionAnswer {
  readonly user: { readonly id: string; readonly name: string } | null;
  readonly csrfToken: string;
}

let csrfToken = "";
let onSessionLost = () => {};

/** What to do when the server says that nobody is logged in any more. */
export function whenSessionIsLost(listener: () => void): void {
  onSessionLost = listener;
}

export async function readSession(): Promise<SessionAnswer> {
  return keepToken(await get<SessionAnswer>("/api/session"));
}

/** Asks whether somebody is logged in still. */
export async function checkSession(): Promise<void> {
  const { user } = await readSession();
  if (user === null) onSessionLost();
}

export async function logIn(login: { name: string; password: string }, isNew: boolean): Promise<SessionAnswer> {
  // The token belongs to the session, and this one may have ended since it was read.
  await readSession();
  return keepToken(await post<SessionAnswer>(isNew ? "/api/users" : "/api/session", login));
}

export async function logOut(): Promise<void> {
  await send("DELETE", "/api/session");
}

export function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return send<Answer>("GET", path, signal === undefined ? {} : { signal });
}

export function post<Answer>(path: string, body: unknown = {}): Promise<Answer> {
  return send<Answer>("POST", path, json(body));
}

/** PUT, PATCH and DELETE. */
export function change<Answer>(method: "PUT" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<Answer> {
  return send<Answer>(method, path, body === undefined ? {} : json(body));
}

/** The file itself is the body: the browser streams it from the disk. */
export function upload<Answer>(path: string, file: File): Promise<Answer> {
  return send<Answer>("POST", path, { body: file, headers: { "content-type": "application/octet-stream" } });
}

function json(body: unknown): RequestInit {
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

async function send<Answer>(method: string, path: string, options: RequestInit = {}): Promise<Answer> {
  const response = await once(method, path, options);
  if (response.ok) return (await readBody(response)) as Answer;
  const problem = await problemOf(response);
  // Another tab may have logged in anew: the session has a new token then.
  if (problem.status === 403 && method !== "GET") {
    const before = csrfToken;
    const { user } = await readSession();
    if (user !== null && csrfToken !== before) {
      const again = await once(method, path, options);
      if (again.ok) return (await readBody(again)) as Answer;
      throw new ApiError(await problemOf(again));
    }
    if (user === null && path !== "/api/session" && path !== "/api/users") onSessionLost();
  }
  if (problem.status === 401 && path !== "/api/session") onSessionLost();
  throw new ApiError(problem);
}

async function once(method: string, path: string, options: RequestInit): Promise<Response> {
  const token: Record<string, string> = method === "GET" ? {} : { "x-csrf-token": csrfToken };
  try {
    return await fetch(path, { ...options, method, headers: { ...options.headers, ...token } });
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    throw new ApiError({
      status: 0,
      title: "The server cannot be reached",
      detail: "Check your connection and try again.",
    });
  }
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

async function problemOf(response: Response): Promise<ProblemDocument> {
  const isProblem = response.headers.get("content-type")?.startsWith("application/problem+json") === true;
  const status = { status: response.status, title: response.statusText || "The server failed" };
  return isProblem ? { ...status, ...((await response.json()) as ProblemDocument) } : status;
}

function keepToken(session: SessionAnswer): SessionAnswer {
  csrfToken = session.csrfToken;
  return session;
}
