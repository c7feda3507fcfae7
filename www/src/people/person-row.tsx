"use client";

import type { Meeting, Participant } from "@connvo/client";
import { useClient } from "@connvo/client/react";
import { useState, type ReactNode } from "react";
import { useRules } from "@/lib/rules";
import { useTask } from "@/lib/task";
import { Avatar } from "@/ui/avatar";
import { Button, IconButton } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Icon } from "@/ui/icon";
import { Here } from "./here";
import { ManageDialog } from "./manage-dialog";
import { belongs, besides } from "./standing";

/** Where somebody is just now. */
export type Whereabouts = "note" | "meeting" | null;

/** Somebody of the meeting: what they are, whether they are here, and what can be done
    about it. */
export function PersonRow({
  meeting,
  person,
  me,
  here,
  hand,
  onChange,
}: {
  meeting: Meeting;
  person: Participant;
  me: boolean;
  here: Whereabouts;
  /** Whether their hand is up. */
  hand: boolean;
  onChange: () => void;
}) {
  const rules = useRules();
  const client = useClient();
  const task = useTask();
  const [open, setOpen] = useState<"manage" | "remove">();
  const name = person.name ?? person.email;
  const may = (action: Parameters<NonNullable<typeof rules>["refusal"]>[1]) =>
    rules?.refusal(meeting, action) === null;
  const other = !me && person.role !== "host";
  const asks = person.status === "requested";
  const member = belongs(person);
  const rights = member ? besides(person) : "";
  const answer = (type: "approveParticipant" | "refuseParticipant") =>
    void task.run(async () => {
      await client?.call({ type, meetingId: meeting.id, who: person.email });
      onChange();
    });
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
        {task.error && (
          <p className="field-error" role="alert">
            {task.error.message}
          </p>
        )}
        {asks && may("answerRequest") && (
          <div className="person-answer">
            <Button
              small
              look="primary"
              disabled={task.busy}
              aria-label={`Let ${name} in`}
              onClick={() => answer("approveParticipant")}
            >
              Let in
            </Button>
            <Button
              small
              disabled={task.busy}
              aria-label={`Refuse ${name}`}
              onClick={() => answer("refuseParticipant")}
            >
              Refuse
            </Button>
          </div>
        )}
      </div>
      {hand && (
        <span className="person-hand" title="Hand is up">
          <Icon name="hand" />
          <span className="visually-hidden">Hand is up</span>
        </span>
      )}
      {!asks && <span className="pill">{person.role}</span>}
      {other && member && may("changeParticipant") && (
        <IconButton
          small
          icon="more"
          label={`Manage ${name}`}
          onClick={() => setOpen("manage")}
        />
      )}
      {other && !asks && may("removeParticipant") && (
        <IconButton
          small
          icon="close"
          label={`Remove ${name}`}
          onClick={() => setOpen("remove")}
        />
      )}
      {open === "manage" && (
        <ManageDialog
          meeting={meeting}
          person={person}
          name={name}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === "remove" && (
        <Confirm
          title={`Remove ${name}?`}
          action="Remove"
          work={async () => {
            await client?.call({
              type: "removeParticipant",
              meetingId: meeting.id,
              who: person.email,
            });
            onChange();
          }}
          onClose={() => setOpen(undefined)}
        >
          They lose this meeting at once: its note, its transcript, its chat and
          its people.
        </Confirm>
      )}
    </li>
  );
}

function state(
  { userId, name, email, status }: Participant,
  here: Whereabouts,
): ReactNode {
  if (status === "requested") return "Asks to be let in";
  if (status === "declined") return "Will not come";
  if (status === "left") return "Has left";
  if (here) return <Here in={here} />;
  if (status === "invited") return "Invited";
  if (status === "accepted") return "Will come";
  if (userId === null) return "Invited";
  return name === null ? "" : email;
}
