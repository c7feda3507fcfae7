import type { Peer } from "@connvo/client";
import type { Session } from "@/lib/session";
import { isPerson } from "@/lib/person";
import { Avatar } from "@/ui/avatar";

const SHOWN = 4;

/** Whoever has the note open, each person once, oneself first. */
export function InTheNote({
  peers,
  session,
}: {
  peers: readonly Peer[];
  session: Session;
}) {
  const others = onePerPerson(peers, session);
  const rest = others.length - SHOWN;
  return (
    <ul className="avatars" aria-label="In the note" data-testid="in-the-note">
      <li title={`${session.name} (you)`}>
        <Avatar name={session.name} person={session.userId} />
        <span className="visually-hidden">{session.name} (you)</span>
      </li>
      {others.slice(0, SHOWN).map((peer) => (
        <li key={peer.clientId} title={peer.name}>
          <Avatar name={peer.name} person="" color={peer.color} />
          <span className="visually-hidden">{peer.name}</span>
        </li>
      ))}
      {rest > 0 && (
        <li>
          <span className="avatar">+{rest}</span>
        </li>
      )}
    </ul>
  );
}

/** A person with two tabs is one person. */
export function onePerPerson(
  peers: readonly Peer[],
  me: Session,
): readonly Peer[] {
  const seen = new Set<string>();
  return peers.filter((peer) => {
    const person = `${peer.color} ${peer.name}`;
    if (isPerson(peer, me.userId, me.name) || seen.has(person)) return false;
    seen.add(person);
    return true;
  });
}
