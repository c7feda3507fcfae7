import type { ConnvoError } from "@connvo/client";
import { useId, useState, type InputHTMLAttributes } from "react";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** The field's JSON pointer in the request, as `/email`. */
  pointer: string;
  error?: ConnvoError;
  /** What the server refused, in words for people; else its own are shown. */
  words?: (value: string) => string;
}

/** An input with its label and what the server said about it. */
export function Field({ label, pointer, error, words, ...rest }: Props) {
  const id = useId();
  const refusal = error?.errors.find((at) => at.pointer === pointer);
  // The words are of the value that was refused, not of what is typed since.
  const [refused, setRefused] = useState<{
    of: typeof refusal;
    value: string;
  }>();
  const value = String(rest.value ?? "");
  if (refused?.of !== refusal) setRefused({ of: refusal, value });
  const message =
    refusal && (words?.(refused?.value ?? value) ?? refusal.message);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        aria-invalid={message ? true : undefined}
        aria-describedby={message ? `${id}-error` : undefined}
        {...rest}
      />
      {message && (
        <p id={`${id}-error`} className="field-error" role="alert">
          {message}
        </p>
      )}
    </div>
  );
}

/** What the server said that no field shows. */
export function formMessage(
  error: ConnvoError | undefined,
  pointers: readonly string[],
): string | undefined {
  if (!error) return undefined;
  const shown = error.errors.some((at) => pointers.includes(at.pointer));
  return shown ? undefined : error.message;
}

/** "Enter your name." or that it is too long: a text of no other rule. */
export function lengthWords(what: string): (value: string) => string {
  return (value) =>
    value.trim() === "" ? `Enter ${what}.` : "This is too long. Shorten it.";
}

/** Of an address. */
export function emailWords(value: string): string {
  return value.trim() === ""
    ? "Enter an email address."
    : "This is no email address. Enter one such as name@example.org.";
}
