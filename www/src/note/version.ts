import type { Participant, VersionGroup } from "@connvo/client";

/** Who wrote a version. */
export function authorOf(
  version: VersionGroup,
  people: readonly Participant[] | undefined,
): string {
  const person = people?.find(({ userId }) => userId === version.authorId);
  return person?.name ?? person?.email ?? "Somebody who left";
}
