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
    if (isProblem(thrown)) return new ConnvoError(thrown);
    const detail = thrown instanceof Error ? thrown.message : String(thrown);
    return new ConnvoError({ code: "INTERNAL", detail }, { cause: thrown });
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
