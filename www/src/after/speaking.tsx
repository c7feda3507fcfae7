"use client";

import type { Meeting, Participant, SpeakerHeard } from "@connvo/client";
import { useCallback } from "react";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { clock } from "@/lib/time";
import { Avatar } from "@/ui/avatar";
import { Loading } from "@/ui/loading";

interface Heard {
  key: string;
  name: string;
  role: string;
  /** How long they spoke, in milliseconds. */
  ms: number;
}

/** Who took part, and how long each of them spoke. */
export function Speaking({ meeting: { id } }: { meeting: Meeting }) {
  const loaded = useLoad(useCallback(() => read(id), [id]));
  return (
    <section className="card" aria-labelledby="people">
      <h3 id="people">People</h3>
      <Loading of={loaded}>
        {(all) => {
          const most = Math.max(1, ...all.map(({ ms }) => ms));
          return (
            <ul aria-label="Who took part">
              {all.map(({ key, name, role, ms }) => (
                <li key={key} className="person" data-testid="heard">
                  <Avatar name={name} person={key} />
                  <div className="person-words">
                    <p>{name}</p>
                    <p className="muted">
                      {[role, ms > 0 && `spoke ${clock(ms)}`]
                        .filter(Boolean)
                        .join(", ")}
                    </p>
                    {ms > 0 && (
                      <span
                        className="share"
                        style={{ width: `${(100 * ms) / most}%` }}
                      />
                    )}
                  </div>
                </li>
              ))}
            </ul>
          );
        }}
      </Loading>
    </section>
  );
}

/** Those of the meeting, and who else is heard; whoever spoke longest first. */
async function read(id: string): Promise<Heard[]> {
  const [people, speakers] = await Promise.all([
    // Who has left reads what was said, not who was there.
    api.participants.list(id, { limit: 100 }).catch(() => null),
    api.transcript.speakers(id, { limit: 100 }),
  ]);
  const all = (people?.items ?? [])
    .filter(came)
    .map((person) => heard(person, speakers.items));
  const known = new Set(people?.items.map(({ userId }) => userId));
  for (const { label, name, userId, speakingMs } of speakers.items) {
    if (userId !== undefined && known.has(userId)) continue;
    all.push({ key: label, name, role: "", ms: speakingMs });
  }
  return all.sort((a, b) => b.ms - a.ms);
}

function heard(
  { userId, email, name, role }: Participant,
  speakers: readonly SpeakerHeard[],
): Heard {
  const ms = speakers
    .filter((one) => one.userId !== undefined && one.userId === userId)
    .reduce((sum, one) => sum + one.speakingMs, 0);
  return { key: userId ?? email, name: name ?? email, role, ms };
}

function came({ status, joinedAt, role }: Participant): boolean {
  return joinedAt !== null || status === "joined" || role === "host";
}
