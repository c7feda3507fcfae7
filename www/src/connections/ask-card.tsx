"use client";

import { useRouter } from "next/navigation";
import { useCallback, useState } from "react";
import { useLoad } from "@/lib/load";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Loading } from "@/ui/loading";
import { connections } from "./api";
import { AskForm } from "./ask-form";

/** Somebody whom I may ask for a connection, or block. */
export function AskCard({
  userId,
  onChange,
}: {
  userId: string;
  onChange: () => void;
}) {
  const router = useRouter();
  const loaded = useLoad(
    useCallback(() => connections.person(userId), [userId]),
  );
  const [asking, setAsking] = useState(false);
  return (
    <section className="card ask-card" aria-label="Somebody">
      <Loading of={loaded}>
        {({ name, profile }) => (
          <>
            <div className="person-head">
              <Avatar name={name} person={userId} />
              <h2>{name}</h2>
            </div>
            <p className="row-facts">
              {profile.jobTitle && <span>{profile.jobTitle}</span>}
              {profile.company && <span>{profile.company}</span>}
            </p>
            {profile.bio && <p className="said">{profile.bio}</p>}
            <AskForm userId={userId} name={name} onAsked={onChange} />
            <div className="card-actions">
              <Button look="danger" onClick={() => setAsking(true)}>
                Block {name}
              </Button>
            </div>
            {asking && (
              <Confirm
                title={`Block ${name}?`}
                action="Block"
                work={async () => {
                  await connections.blockPerson(userId);
                  router.push("/connections?state=blocked");
                  onChange();
                }}
                onClose={() => setAsking(false)}
              >
                Neither of you sees the other any more, and what was between you
                is gone.
              </Confirm>
            )}
          </>
        )}
      </Loading>
    </section>
  );
}
