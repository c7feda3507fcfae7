// How a request of the HTTP interface goes, and what its answer is.
import { ConnvoError } from "./error.js";
import type { ErrorCode, Problem } from "./generated/protocol.js";

/** How to reach a server. */
export interface ApiOptions {
  /** Default: the page's own origin. */
  url?: string;
  /** Gives a bearer token that is good now. */
  token: () => string | Promise<string>;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch;
  /** How long an answer may take, in milliseconds. Default: 20 000. */
  timeout?: number;
}

/** Sends requests to that server; each throws `ConnvoError`. */
export function sender(options: ApiOptions) {
  return async <Answer>(
    method: string,
    path: string,
    body?: unknown,
    key?: string,
    signal?: AbortSignal,
  ): Promise<Answer> => {
    const base = (options.url ?? globalThis.location?.origin ?? "").replace(
      /\/+$/,
      "",
    );
    const headers: Record<string, string> = { accept: "application/json" };
    if (body !== undefined) headers["content-type"] = "application/json";
    const late = AbortSignal.timeout(options.timeout ?? 20_000);
    // Only a page that came by TLS, or from this machine, can make one.
    const own = key ?? globalThis.crypto?.randomUUID?.();
    if (method !== "GET" && own) headers["idempotency-key"] = own;
    try {
      headers.authorization = `Bearer ${await options.token()}`;
      const answer = await (options.fetch ?? fetch)(base + path, {
        method,
        headers,
        signal: signal ? AbortSignal.any([late, signal]) : late,
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw await refusal(answer);
      if (answer.status === 204) return undefined as Answer;
      const { headers: said } = answer;
      const isFile =
        said.has("content-disposition") ||
        said.get("content-type")?.startsWith("text/calendar");
      return (await (isFile ? answer.blob() : answer.json())) as Answer;
    } catch (failure) {
      if (failure instanceof ConnvoError) throw failure;
      const detail =
        "The server cannot be reached. Check the connection and try again.";
      throw new ConnvoError({ code: "UNAVAILABLE", detail }, { cause: failure });
    }
  };
}

async function refusal(answer: Response): Promise<ConnvoError> {
  let problem: Partial<Problem> = {};
  try {
    problem = (await answer.json()) as Partial<Problem>;
  } catch {
    // Not from the server itself: a proxy's page has no more to say.
  }
  const seconds = Number(answer.headers.get("retry-after"));
  return new ConnvoError({
    ...problem,
    code: problem.code ?? codeOf(answer.status),
    detail: problem.detail ?? `The server answered ${answer.status}.`,
    ...(problem.retryAfterMs === undefined &&
      seconds > 0 && { retryAfterMs: seconds * 1000 }),
  });
}

function codeOf(status: number): ErrorCode {
  if (status === 401) return "UNAUTHORIZED";
  if (status === 403) return "FORBIDDEN";
  if (status === 404) return "NOT_FOUND";
  if (status === 413) return "PAYLOAD_TOO_LARGE";
  if (status === 429) return "RATE_LIMITED";
  return status >= 500 ? "UNAVAILABLE" : "VALIDATION_ERROR";
}
