import type { Peer } from "@connvo/client";
import type { Session } from "@/lib/session";
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
  const others = onePerPerson(peers, session.userId);
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
  me: string,
): readonly Peer[] {
  const seen = new Set<string | number>([me]);
  return peers.filter((peer) => {
    const person = peer.userId ?? peer.clientId;
    return !seen.has(person) && seen.add(person);
  });
}
