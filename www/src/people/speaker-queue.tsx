"use client";

import type { Command, Meeting, MeetingNow, Speakers } from "@connvo/client";
import { useClient } from "@connvo/client/react";
import { useState } from "react";
import { useRules } from "@/lib/rules";
import { useTask } from "@/lib/task";
import { Avatar } from "@/ui/avatar";
import { Button, IconButton } from "@/ui/button";
import { Notice } from "@/ui/notice";

/** Whose hand is up, in the order they went up; raising one's own, and giving the word
    to who is next. */
export function SpeakerQueue({
  meeting,
  now,
  me,
  nameOf,
}: {
  meeting: Meeting;
  now: MeetingNow | null;
  /** The person's id. */
  me: string;
  nameOf: (userId: string) => string;
}) {
  const rules = useRules();
  const client = useClient();
  const task = useTask();
  const [called, setCalled] = useState("");
  const queue = now?.speakerQueue ?? [];
  const mayRaise = rules?.refusal(meeting, "raiseHand") === null;
  const mayCall = rules?.refusal(meeting, "callSpeaker") === null;
  if (!mayRaise && queue.length === 0) return null;

  const up = queue.includes(me);
  const ask = (command: Command) =>
    task.run(async () => {
      const reply = (await client?.call(command)) as Speakers | undefined;
      setCalled(reply?.next ? `${nameOf(reply.next)} has the word.` : "");
    });
  const meetingId = meeting.id;
  const off = task.busy || !client;
  return (
    <section className="queue" aria-label="Speaker queue">
      <div className="queue-actions">
        {mayRaise && (
          <Button
            icon="hand"
            look={up ? "primary" : "plain"}
            disabled={off}
            aria-pressed={up}
            onClick={() =>
              void ask({ type: up ? "lowerHand" : "raiseHand", meetingId })
            }
          >
            {up ? "Lower my hand" : "Raise my hand"}
          </Button>
        )}
        {mayCall && queue.length > 0 && (
          <Button
            icon="microphone"
            disabled={off}
            onClick={() => void ask({ type: "nextSpeaker", meetingId })}
          >
            Call the next
          </Button>
        )}
      </div>
      {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      {queue.length > 0 && (
        <ol aria-label="Raised hands">
          {queue.map((id, at) => (
            <li key={id} className="queued" data-testid="queued">
              <span className="queue-place">{at + 1}</span>
              <Avatar name={nameOf(id)} person={id} />
              <span className="queued-name">
                {nameOf(id)}
                {id === me && " (you)"}
              </span>
              {mayCall && id !== me && (
                <IconButton
                  small
                  icon="close"
                  label={`Lower the hand of ${nameOf(id)}`}
                  disabled={off}
                  onClick={() =>
                    void ask({ type: "lowerHand", meetingId, userId: id })
                  }
                />
              )}
            </li>
          ))}
        </ol>
      )}
      <p className="queue-called" role="status">
        {called}
      </p>
    </section>
  );
}
