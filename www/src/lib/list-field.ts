import { ConnvoError } from "@connvo/client";

/** What was refused of a list's entries, said of the one field that they are typed
    in: `/skills/2` becomes `/skills`, with the entry's own words. */
export function ofList(
  error: ConnvoError | undefined,
  pointer: string,
  entries: readonly string[],
): ConnvoError | undefined {
  const refused = error?.errors.find((one) =>
    one.pointer.startsWith(`${pointer}/`),
  );
  if (!error || !refused) return error;
  const entry = entries[Number(refused.pointer.slice(pointer.length + 1))];
  const message = `${entry ?? "an entry"}: ${refused.message}`;
  return new ConnvoError({
    code: error.code,
    detail: error.message,
    errors: [{ pointer, message }],
  });
}

/** What is between the commas; an entry that is none counts for nothing. */
export function parts(line: string): string[] {
  return line
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
