import type { ConnvoError } from "@connvo/client";
import { useId, type InputHTMLAttributes } from "react";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  /** The field's JSON pointer in the request, as `/email`. */
  pointer: string;
  error?: ConnvoError;
}

/** An input with its label and what the server said about it. */
export function Field({ label, pointer, error, ...rest }: Props) {
  const id = useId();
  const message = error?.errors.find((at) => at.pointer === pointer)?.message;
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
