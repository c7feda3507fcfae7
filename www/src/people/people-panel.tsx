"use client";

import type { Meeting, Participant, Peer } from "@connvo/client";
import { isPerson } from "@/lib/person";
import { useRules } from "@/lib/rules";
import type { Session } from "@/lib/session";
import { Avatar } from "@/ui/avatar";
import { InviteForm } from "./invite-form";

/** Who belongs to the meeting, who is in the note now, and inviting more. */
export function PeoplePanel({
  meeting,
  people,
  peers,
  session,
  onChange,
}: {
  meeting: Meeting;
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
  return (
    <section className="people" aria-label="People">
      {rules?.refusal(meeting, "invite") === null && (
        <InviteForm meeting={meeting} onInvited={onChange} />
      )}
      <ul aria-label="Participants" aria-busy={people === undefined}>
        {people?.map((person) => {
          const name = person.name ?? person.email;
          const id = person.userId ?? undefined;
          return (
            <li key={person.email} className="person" data-testid="person">
              <Avatar name={name} person={id ?? person.email} />
              <div className="person-words">
                <p>
                  {name}
                  {id === session.userId && " (you)"}
                </p>
                <p className="muted">{state(person, here(person))}</p>
              </div>
              <span className="pill">{person.role}</span>
            </li>
          );
        })}
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
    </section>
  );
}

function state({ userId, name, email }: Participant, here: boolean) {
  if (userId === null) return "Invited";
  if (here) return <Here />;
  return name === null ? "" : email;
}

function Here() {
  return (
    <span className="here">
      <span className="dot" /> In the note
    </span>
  );
}
