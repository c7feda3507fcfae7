import type { Participant } from "@connvo/client";
import type { api } from "@/lib/api";

/** A stretch of work of one author, as the history lists it. */
export type Version = Awaited<
  ReturnType<typeof api.note.history>
>["items"][number];

/** Who wrote a version. */
export function authorOf(
  version: Version,
  people: readonly Participant[] | undefined,
): string {
  const person = people?.find(({ userId }) => userId === version.authorId);
  return (
    version.authorName ?? person?.name ?? person?.email ?? "Somebody who left"
  );
}
