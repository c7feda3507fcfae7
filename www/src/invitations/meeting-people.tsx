"use client";

import type { Meeting } from "@connvo/client";
import { useMeetingEntitlements, useParticipants } from "@connvo/client/react";
import { useCallback } from "react";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { useRules } from "@/lib/rules";
import type { Session } from "@/lib/session";
import { InviteForm } from "@/people/invite-form";
import { PersonRow } from "@/people/person-row";
import { Notice } from "@/ui/notice";
import { Waiting } from "@/ui/page-list";
import { Requests } from "./requests";

/** Who is asked to a meeting, live; asking more, and answering who wants in. */
export function MeetingPeople({
  meeting,
  session,
}: {
  meeting: Meeting;
  session: Session;
}) {
  const { id } = meeting;
  const rules = useRules();
  const plan = useMeetingEntitlements(id) ?? undefined;
  const read = useLoad(
    useCallback(
      async () => (await api.participants.list(id, { limit: 100 })).items,
      [id],
    ),
  );
  const people = useParticipants(id) ?? read.value;
  const mayInvite = rules?.refusal(meeting, "invite") === null;
  const asking = people?.filter(({ status }) => status === "requested") ?? [];
  return (
    <section className="card" aria-labelledby="meeting-people">
      <h2 id="meeting-people">People</h2>
      {rules?.refusal(meeting, "answerRequest") === null && (
        <Requests meetingId={id} people={asking} onAnswer={read.reload} />
      )}
      {mayInvite && meeting.state !== "cancelled" && (
        <InviteForm
          meeting={meeting}
          plan={plan}
          people={people}
          onInvited={read.reload}
        />
      )}
      {read.error && !people && (
        <Notice tone="bad">{read.error.message}</Notice>
      )}
      {!people && !read.error && <Waiting />}
      <ul aria-label="Participants">
        {people
          ?.filter(
            ({ status }) => status !== "removed" && status !== "requested",
          )
          .map((person) => (
            <PersonRow
              key={person.email}
              meeting={meeting}
              person={person}
              me={person.userId === session.userId}
              here={null}
              hand={false}
              onChange={read.reload}
            />
          ))}
      </ul>
    </section>
  );
}
