import type { ConnvoError } from "@connvo/client";

/** Why something was refused: of a field, what is wrong with it. */
export function said(error: ConnvoError): string {
  const [first] = error.errors;
  return first ? `${error.message}: ${first.message}` : error.message;
}
