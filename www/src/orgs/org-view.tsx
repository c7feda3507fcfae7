"use client";

import Link from "next/link";
import { useCallback } from "react";
import { useLoad } from "@/lib/load";
import { Loading } from "@/ui/loading";
import { orgs } from "./api";
import { Goodbye } from "./goodbye";
import { Invitations } from "./invitations";
import { Members } from "./members";
import { roleName } from "./words";

/** One organisation of mine, `/org?id=…`: its members, and for administrators who
    else is asked in. What is not theirs to do the server refuses, in its words. */
export function OrgView({ id, userId }: { id: string; userId: string }) {
  const loaded = useLoad(useCallback(() => orgs.get(id), [id]));
  return (
    <Loading of={loaded}>
      {(org) => {
        const decides = org.role === "admin";
        return (
          <div className="stack">
            <section className="card" aria-labelledby="org-members">
              <h2 id="org-members">{org.name}</h2>
              <p className="row-facts">
                <span>your role: {roleName(org.role)}</span>
                <Link href="/settings">All my organisations</Link>
              </p>
              <Members
                org={org}
                userId={userId}
                decides={decides}
                onOwnChange={loaded.reload}
              />
            </section>
            {decides && <Invitations org={org} />}
            <Goodbye org={org} userId={userId} decides={decides} />
          </div>
        );
      }}
    </Loading>
  );
}
