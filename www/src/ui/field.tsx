import type { ConnvoError } from "@connvo/client";
import {
  useId,
  useState,
  type InputHTMLAttributes,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
} from "react";

/** What every field has. */
interface Said {
  label: string;
  /** The field's JSON pointer in the request, as `/email`. */
  pointer: string;
  error?: ConnvoError;
  /** What the server refused, in words for people; else its own are shown. */
  words?: (value: string) => string;
}

/** An input with its label and what the server said about it. */
export function Field({
  label,
  pointer,
  error,
  words,
  ...rest
}: Said & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  const message = useRefusal({ pointer, error, words }, rest.value);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input className="input" {...rest} {...attributes(id, message)} />
      <Message id={id} message={message} />
    </div>
  );
}

/** The same for a text of several lines. */
export function Area({
  label,
  pointer,
  error,
  words,
  ...rest
}: Said & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  const message = useRefusal({ pointer, error, words }, rest.value);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea className="input" {...rest} {...attributes(id, message)} />
      <Message id={id} message={message} />
    </div>
  );
}

/** A choice with its label. */
export function Select({
  label,
  ...rest
}: { label: string } & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="input" {...rest} />
    </div>
  );
}

/** What is wrong with a field's value, in words for people. */
function useRefusal(
  { pointer, error, words }: Omit<Said, "label">,
  given: InputHTMLAttributes<HTMLInputElement>["value"],
): string | undefined {
  const refusal = error?.errors.find((at) => at.pointer === pointer);
  // The words are of the value that was refused, not of what is typed since.
  const [refused, setRefused] = useState<{
    of: typeof refusal;
    value: string;
  }>();
  const value = String(given ?? "");
  if (refused?.of !== refusal) setRefused({ of: refusal, value });
  return refusal && (words?.(refused?.value ?? value) ?? refusal.message);
}

function attributes(id: string, message: string | undefined) {
  return {
    id,
    "aria-invalid": message ? true : undefined,
    "aria-describedby": message ? `${id}-error` : undefined,
  };
}

function Message({ id, message }: { id: string; message: string | undefined }) {
  if (!message) return null;
  return (
    <p id={`${id}-error`} className="field-error" role="alert">
      {message}
    </p>
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
