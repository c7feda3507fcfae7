"use client";

import type { Interest, Proficiency, UserInterest } from "@connvo/client";
import { useMemo, useState } from "react";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { profile } from "./api";
import { InterestBranch } from "./interest-branch";
import { slugs, tree } from "./tree";

/** What is chosen, and how well it is known. */
export type Chosen = ReadonlyMap<string, Proficiency>;

/** Chooses interests, by what they are a part of. */
export function InterestsForm({
  all,
  given,
}: {
  all: readonly Interest[];
  given: readonly UserInterest[];
}) {
  const task = useTask();
  const [kept, setKept] = useState(() => chosenOf(given));
  const [chosen, setChosen] = useState(kept);
  const [done, setDone] = useState("");
  const tops = useMemo(() => tree(all, (slug) => kept.has(slug)), [all, kept]);
  const choose = (slug: string, proficiency: Proficiency | undefined) => {
    const next = new Map(chosen);
    if (proficiency) next.set(slug, proficiency);
    else next.delete(slug);
    setChosen(next);
    setDone("");
  };
  const save = async () => {
    const items = [...chosen].map(([slug, proficiency]) => ({
      slug,
      proficiency,
    }));
    const now = chosenOf((await profile.putInterests(items)).items);
    setKept(now);
    setChosen(now);
    setDone("Your interests are saved.");
  };
  return (
    <form
      className="stack"
      aria-label="My interests"
      onSubmit={(event) => {
        event.preventDefault();
        setDone("");
        void task.run(save);
      }}
    >
      <div className="rows">
        {tops.map((top) => {
          const count = slugs(top).filter((slug) => chosen.has(slug)).length;
          return (
            <details key={top.interest.slug} className="interests">
              <summary>
                {top.interest.name}
                {count > 0 && `, ${count} chosen`}
              </summary>
              <ul aria-label={top.interest.name}>
                <InterestBranch branch={top} chosen={chosen} choose={choose} />
              </ul>
            </details>
          );
        })}
      </div>
      {task.error && (
        <Notice tone="bad">
          {task.error.errors[0]?.message ?? task.error.message}
        </Notice>
      )}
      <div className="saved">
        <Button type="submit" look="primary" disabled={task.busy}>
          Save interests
        </Button>
        <p role="status">{done}</p>
      </div>
    </form>
  );
}

function chosenOf(items: readonly UserInterest[]): Chosen {
  return new Map(items.map(({ slug, proficiency }) => [slug, proficiency]));
}
