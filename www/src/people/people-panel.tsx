"use client";

import type {
  Entitlements,
  Meeting,
  MeetingNow,
  Participant,
  Peer,
} from "@connvo/client";
import { isPerson } from "@/lib/person";
import { useRules } from "@/lib/rules";
import type { Session } from "@/lib/session";
import { Avatar } from "@/ui/avatar";
import { Notice } from "@/ui/notice";
import { InviteForm } from "./invite-form";
import { LeaveButton } from "./leave-button";
import { PersonRow, type Whereabouts } from "./person-row";
import { SpeakerQueue } from "./speaker-queue";
import { Here } from "./here";

/** Who belongs to the meeting, who is there now and wants to speak, inviting more, and
    going. */
export function PeoplePanel({
  meeting,
  plan,
  people,
  now,
  peers,
  session,
  onChange,
}: {
  meeting: Meeting;
  plan: Entitlements | undefined;
  people: readonly Participant[] | undefined;
  now: MeetingNow | null;
  peers: readonly Peer[];
  session: Session;
  onChange: () => void;
}) {
  const rules = useRules();
  const whereabouts = ({ userId, name }: Participant): Whereabouts => {
    if (userId === null) return null;
    const inNote =
      userId === session.userId ||
      peers.some((peer) => isPerson(peer, userId, name ?? ""));
    if (inNote) return "note";
    return now?.activeParticipants.includes(userId) ? "meeting" : null;
  };
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
  const nameOf = (userId: string) =>
    people?.find((one) => one.userId === userId)?.name ?? "Somebody";
  const inviting = rules?.refusal(meeting, "invite");
  const mayLeave = rules?.refusal(meeting, "leaveMeeting") === null;
  return (
    <section className="people" aria-label="People">
      <SpeakerQueue
        meeting={meeting}
        now={now}
        me={session.userId}
        nameOf={nameOf}
      />
      {now !== null && (
        <p className="people-count muted" data-testid="people-here">
          {now.activeCount} in the meeting now
        </p>
      )}
      <ul aria-label="Participants" aria-busy={people === undefined}>
        {people
          ?.filter(({ status }) => status !== "removed")
          .map((person) => (
            <PersonRow
              key={person.email}
              meeting={meeting}
              person={person}
              me={person.userId === session.userId}
              here={whereabouts(person)}
              hand={
                person.userId !== null &&
                now?.speakerQueue.includes(person.userId) === true
              }
              onChange={onChange}
            />
          ))}
        {people &&
          guests.map((peer) => (
            <li key={peer.clientId} className="person" data-testid="person">
              <Avatar name={peer.name} person="" color={peer.color} />
              <div className="person-words">
                <p>{peer.name}</p>
                <p className="muted">
                  <Here in="note" />
                </p>
              </div>
            </li>
          ))}
      </ul>
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
      {mayLeave && <LeaveButton meeting={meeting} />}
    </section>
  );
}
