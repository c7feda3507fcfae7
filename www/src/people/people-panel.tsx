"use client";

import type { Entitlements, Meeting, Participant, Peer } from "@connvo/client";
import { isPerson } from "@/lib/person";
import { useRules } from "@/lib/rules";
import type { Session } from "@/lib/session";
import { Avatar } from "@/ui/avatar";
import { Notice } from "@/ui/notice";
import { InviteForm } from "./invite-form";
import { LeaveButton } from "./leave-button";
import { PersonRow } from "./person-row";
import { Here } from "./here";

/** Who belongs to the meeting, who is in the note now, inviting more, and going. */
export function PeoplePanel({
  meeting,
  plan,
  people,
  peers,
  session,
  onChange,
}: {
  meeting: Meeting;
  plan: Entitlements | undefined;
  people: readonly Participant[] | undefined;
  peers: readonly Peer[];
  session: Session;
  onChange: () => void;
}) {
  const rules = useRules();
  const here = ({ userId, name }: Participant) =>
    userId !== null &&
    (userId === session.userId ||
      peers.some((peer) => isPerson(peer, userId, name ?? "")));
  // Somebody whose name here is none of a member's, as in another editor.
  const guests = peers.filter(
    (peer, at) =>
      peers.findIndex(({ name }) => name === peer.name) === at &&
      !isPerson(peer, session.userId, session.name) &&
      !people?.some(
        ({ userId, name }) =>
          userId !== null && isPerson(peer, userId, name ?? ""),
      ),
  );
  const inviting = rules?.refusal(meeting, "invite");
  const mayRemove = rules?.refusal(meeting, "removeParticipant") === null;
  const mayLeave =
    rules?.refusal(meeting, "leaveMeeting") === null && meeting.role !== "host";
  return (
    <section className="people" aria-label="People">
      {inviting === null && (
        <InviteForm
          meeting={meeting}
          plan={plan}
          people={people}
          onInvited={onChange}
        />
      )}
      {inviting && (
        <div className="invite" data-testid="invite-refused">
          <Notice icon="lock">You cannot invite others: {inviting}.</Notice>
        </div>
      )}
      <ul aria-label="Participants" aria-busy={people === undefined}>
        {people
          ?.filter(({ status }) => status !== "removed")
          .map((person) => (
            <PersonRow
              key={person.email}
              meetingId={meeting.id}
              person={person}
              me={person.userId === session.userId}
              here={here(person)}
              mayRemove={mayRemove}
              onRemoved={onChange}
            />
          ))}
        {people &&
          guests.map((peer) => (
            <li key={peer.clientId} className="person" data-testid="person">
              <Avatar name={peer.name} person="" color={peer.color} />
              <div className="person-words">
                <p>{peer.name}</p>
                <p className="muted">
                  <Here />
                </p>
              </div>
            </li>
          ))}
      </ul>
      {mayLeave && <LeaveButton meeting={meeting} />}
    </section>
  );
}
