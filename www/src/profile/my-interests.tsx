"use client";

import { useLoad } from "@/lib/load";
import { Loading } from "@/ui/loading";
import { profile } from "./api";
import { InterestsForm } from "./interests-form";

/** What interests me, out of all that people can be interested in. */
export function MyInterests() {
  const loaded = useLoad(load);
  return (
    <section className="card" aria-labelledby="account-interests">
      <h2 id="account-interests">My interests</h2>
      <Loading of={loaded}>
        {([all, mine]) => <InterestsForm all={all} given={mine} />}
      </Loading>
    </section>
  );
}

async function load() {
  const [all, mine] = await Promise.all([
    profile.taxonomy(),
    profile.interests(),
  ]);
  return [all, mine.items] as const;
}
