import type { Interest } from "@connvo/client";

/** An interest with its parts. */
export interface Branch {
  interest: Interest;
  parts: Branch[];
}

/** The taxonomy as a tree. What cannot be chosen any more is in it only for who has
    it already. */
export function tree(
  all: readonly Interest[],
  has: (slug: string) => boolean,
): Branch[] {
  const known = new Set(all.map(({ slug }) => slug));
  const under = (parent: string | null): Branch[] =>
    all
      .filter((one) =>
        parent === null
          ? one.parent === null || !known.has(one.parent)
          : one.parent === parent,
      )
      .map((interest) => ({ interest, parts: under(interest.slug) }))
      .filter(
        ({ interest, parts }) =>
          interest.isActive || has(interest.slug) || parts.length > 0,
      );
  return under(null);
}

/** A branch and everything below it. */
export function slugs({ interest, parts }: Branch): string[] {
  return [interest.slug, ...parts.flatMap(slugs)];
}
