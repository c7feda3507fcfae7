"use client";

import type { Chat, Message } from "@connvo/client";
import { useState } from "react";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { mentionedIn, type Named } from "./mentions";
import { MentionField } from "./mention-field";
import { said } from "./said";

/** Other words for an own message. */
export function MessageEdit({
  message,
  named,
  chat,
  onClose,
}: {
  message: Message;
  named: readonly Named[];
  chat: Chat;
  onClose: () => void;
}) {
  const task = useTask();
  const [text, setText] = useState(message.text);
  const save = async () => {
    const mentions = mentionedIn(text, named);
    const done = await task.run(() =>
      chat.edit(message.id, { text: text.trim(), mentions }),
    );
    if (done) onClose();
  };
  return (
    <form
      className="message-edit"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <MentionField
        label="Edit the message"
        text={text}
        named={named}
        autoFocus
        onText={setText}
        onEnter={() => void save()}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
        }}
      />
      {task.error && <Notice tone="bad">{said(task.error)}</Notice>}
      <div className="message-edit-foot">
        <Button small onClick={onClose}>
          Cancel
        </Button>
        <Button small look="primary" type="submit" disabled={task.busy}>
          Save
        </Button>
      </div>
    </form>
  );
}
