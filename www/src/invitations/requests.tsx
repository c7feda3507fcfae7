"use client";

import type { Participant } from "@connvo/client";
import { api } from "@/lib/api";
import { useTask } from "@/lib/task";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";

/** Who has asked to join, and letting them in or not. */
export function Requests({
  meetingId,
  people,
  onAnswer,
}: {
  meetingId: string;
  people: readonly Participant[];
  onAnswer: () => void;
}) {
  if (people.length === 0) return null;
  return (
    <div>
      <h3 className="part-title">They ask to join</h3>
      <ul aria-label="Requests to join">
        {people.map((person) => (
          <Request
            key={person.email}
            meetingId={meetingId}
            person={person}
            onAnswer={onAnswer}
          />
        ))}
      </ul>
    </div>
  );
}

function Request({
  meetingId,
  person,
  onAnswer,
}: {
  meetingId: string;
  person: Participant;
  onAnswer: () => void;
}) {
  const task = useTask();
  const who = person.userId ?? person.email;
  const name = person.name ?? person.email;
  const answer = (work: (id: string, who: string) => Promise<unknown>) => () =>
    void task
      .run(() => work(meetingId, who))
      .then((done) => {
        if (done) onAnswer();
      });
  return (
    <li className="person" data-testid="request">
      <Avatar name={name} person={who} />
      <div className="person-words">
        <p>{name}</p>
        {person.name !== null && person.email !== person.userId && (
          <p className="muted">{person.email}</p>
        )}
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      </div>
      <Button
        small
        look="primary"
        disabled={task.busy}
        aria-label={`Let in ${name}`}
        onClick={answer(api.participants.approve)}
      >
        Let in
      </Button>
      <Button
        small
        disabled={task.busy}
        aria-label={`Refuse ${name}`}
        onClick={answer(api.participants.refuse)}
      >
        Refuse
      </Button>
    </li>
  );
}
