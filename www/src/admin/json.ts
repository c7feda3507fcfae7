import { ConnvoError } from "@connvo/client";

/** A value as text to edit. */
export function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}

/** The value of an edited text; what is no JSON is refused as the server does. */
export function parsed(text: string, pointer: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const message = "This is no JSON.";
    const errors = [{ pointer, message }];
    throw new ConnvoError(
      { code: "VALIDATION_ERROR", detail: message, errors },
      { cause },
    );
  }
}
