import type { ErrorCode, FieldError, Problem } from "./generated/protocol.js";

/** What went wrong, as the server or the rules in the browser say it. */
export class ConnvoError extends Error {
  override readonly name = "ConnvoError";
  /** Stable code. */
  readonly code: ErrorCode;
  /** A finer reason within the code, as `observer` or `resync`. */
  readonly reason: string | undefined;
  /** Wait this many milliseconds before trying again. */
  readonly retryAfter: number | undefined;
  /** The places of the input that break a rule. */
  readonly errors: readonly FieldError[];
  /** The request, for a report. */
  readonly requestId: string | undefined;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail, options);
    this.code = problem.code;
    this.reason = problem.reason;
    this.retryAfter = problem.retryAfterMs;
    this.errors = problem.errors ?? [];
    this.requestId = problem.requestId;
  }

  /** Anything that was thrown, as a `ConnvoError`. */
  static from(thrown: unknown): ConnvoError {
    if (thrown instanceof ConnvoError) return thrown;
    const problem = typeof thrown === "string" ? parsed(thrown) : thrown;
    if (isProblem(problem)) return new ConnvoError(problem);
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return new ConnvoError({ code: "INTERNAL", detail }, { cause: thrown });
  }
}

/** The WebAssembly module throws problems as JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    typeof (value as Problem).code === "string" &&
    typeof (value as Problem).detail === "string"
  );
}
