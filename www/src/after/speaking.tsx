"use client";

import type { Meeting, Participant } from "@connvo/client";
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
  /** How many messages they wrote. */
  messages: number;
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
              {all.map(({ key, name, role, ms, messages }) => (
                <li key={key} className="person" data-testid="heard">
                  <Avatar name={name} person={key} />
                  <div className="person-words">
                    <p>{name}</p>
                    <p className="muted">
                      {[role, ms > 0 && `spoke ${clock(ms)}`, wrote(messages)]
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
  const all = (people?.items ?? []).filter(came).map(heard);
  const known = new Set(people?.items.map(({ userId }) => userId));
  for (const { label, name, userId, speakingMs } of speakers.items) {
    if (userId !== undefined && known.has(userId)) continue;
    all.push({ key: label, name, role: "", ms: speakingMs, messages: 0 });
  }
  return all.sort((a, b) => b.ms - a.ms);
}

function heard(person: Participant): Heard {
  const { userId, email, name, role, speakingTime, messageCount } = person;
  return {
    key: userId ?? email,
    name: name ?? email,
    role,
    ms: speakingTime,
    messages: messageCount,
  };
}

function wrote(messages: number): string {
  if (messages === 0) return "";
  return messages === 1 ? "1 message" : `${messages} messages`;
}

function came({ status, joinedAt, role }: Participant): boolean {
  return joinedAt !== null || status === "joined" || role === "host";
}
