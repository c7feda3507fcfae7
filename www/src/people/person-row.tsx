"use client";

import type { Participant } from "@connvo/client";
import { useState } from "react";
import { api } from "@/lib/api";
import { Avatar } from "@/ui/avatar";
import { IconButton } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Here } from "./here";
import { belongs, besides } from "./standing";

/** Somebody of the meeting, and sending them away. */
export function PersonRow({
  meetingId,
  person,
  me,
  here,
  mayRemove,
  onRemoved,
}: {
  meetingId: string;
  person: Participant;
  me: boolean;
  here: boolean;
  mayRemove: boolean;
  onRemoved: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const name = person.name ?? person.email;
  const removable = mayRemove && !me && person.role !== "host";
  const rights = belongs(person) ? besides(person) : "";
  return (
    <li className="person" data-testid="person">
      <Avatar name={name} person={person.userId ?? person.email} />
      <div className="person-words">
        <p>
          {name}
          {me && " (you)"}
        </p>
        <p className="muted">{state(person, here)}</p>
        {rights && <p className="muted">{rights}</p>}
      </div>
      <span className="pill">{person.role}</span>
      {removable && (
        <IconButton
          small
          icon="close"
          label={`Remove ${name}`}
          onClick={() => setAsking(true)}
        />
      )}
      {asking && (
        <Confirm
          title={`Remove ${name}?`}
          action="Remove"
          work={async () => {
            await api.participants.remove(meetingId, person.email);
            onRemoved();
          }}
          onClose={() => setAsking(false)}
        >
          They lose this meeting at once: its note, its transcript and its
          people.
        </Confirm>
      )}
    </li>
  );
}

function state({ userId, name, email, status }: Participant, here: boolean) {
  if (status === "requested") return "Asks to be let in";
  if (status === "declined") return "Will not come";
  if (status === "left") return "Has left";
  if (userId === null) return "Invited";
  if (here) return <Here />;
  return name === null ? "" : email;
}
