"use client";

import { useClient } from "@connvo/client/react";
import { useState } from "react";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, formMessage, lengthWords } from "@/ui/field";
import { Notice } from "@/ui/notice";
import type { Turn } from "./turns";

/** Says what a speaker is called, in the whole transcript and for everybody. */
export function RenameDialog({
  meetingId,
  turn,
  onClose,
}: {
  meetingId: string;
  turn: Turn;
  onClose: () => void;
}) {
  const client = useClient();
  const task = useTask();
  const [name, setName] = useState(turn.speaker);
  const { label } = turn;
  const rename = (next: string) =>
    void task
      .run(async () =>
        client?.call({ type: "renameSpeaker", meetingId, label, name: next }),
      )
      .then((done) => {
        if (done) onClose();
      });
  const message = formMessage(task.error, ["/name"]);
  return (
    <Dialog title={`Who is ${turn.speaker}?`} small onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rename(name.trim());
        }}
      >
        <div className="dialog-body stack">
          <Field
            label="Name of the speaker"
            pointer="/name"
            error={task.error}
            words={lengthWords("a name")}
            value={name}
            onChange={({ target }) => setName(target.value)}
            autoFocus
            required
          />
          {turn.speaker !== label && (
            <p className="muted">The microphone calls them {label}.</p>
          )}
          {message && <Notice tone="bad">{message}</Notice>}
        </div>
        <div className="dialog-foot">
          {turn.speaker !== label && (
            <Button disabled={task.busy} onClick={() => rename(label)}>
              Take the name back
            </Button>
          )}
          <Button type="submit" look="primary" disabled={task.busy || !client}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
