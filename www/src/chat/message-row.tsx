"use client";

import type { Chat, Meeting, ShownMessage } from "@connvo/client";
import { memo, useRef, useState } from "react";
import { runsIt } from "@/people/standing";
import { moment } from "@/lib/time";
import type { Task } from "@/lib/task";
import { Avatar } from "@/ui/avatar";
import { IconButton } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Icon } from "@/ui/icon";
import { nameOf, type Named } from "./mentions";
import { MessageEdit } from "./message-edit";
import { MessageText } from "./message-text";
import { ReactionPicker, Reactions } from "./reactions";
import { systemWords } from "./system";

interface Props {
  shown: ShownMessage;
  chat: Chat | null;
  meeting: Meeting;
  named: readonly Named[];
  /** The person's id. */
  me: string;
  /** Whether they may write here. */
  mayWrite: boolean;
  /** What is asked of the chat, with its failure to show. */
  task: Task;
  /** How many answers there are, where it may have any. */
  answers?: number;
  onThread?: (id: string) => void;
}

/** A message, and what can be done about it. */
export const MessageRow = memo(function MessageRow(props: Props) {
  const { shown, chat, meeting, named, me, mayWrite, task } = props;
  const { message, isPending } = shown;
  const { id, authorId, authorName, deletedAt } = message;
  const [open, setOpen] = useState<"react" | "edit" | "delete">();
  const row = useRef<HTMLLIElement>(null);
  const close = () => setOpen(undefined);
  /** Closes it and gives the focus back to what opened it. */
  const goBack = () => {
    row.current?.querySelector<HTMLElement>(`[data-opens="${open}"]`)?.focus();
    close();
  };
  const mine = authorId === me;
  const here = mayWrite && deletedAt === null && chat !== null;
  if (message.kind === "system") {
    return (
      <li className="message message-system" data-testid="message">
        <p className="muted">
          {systemWords(message.text, nameOf(named, message.mentions))}
        </p>
      </li>
    );
  }
  const react = (emoji: string, on: boolean) =>
    void task.run(async () => chat?.react(id, emoji, on));
  return (
    <li
      ref={row}
      className={isPending ? "message message-pending" : "message"}
      data-testid="message"
      data-pending={isPending}
    >
      <Avatar name={authorName} person={authorId ?? authorName} />
      <div className="message-body">
        <div className="message-head">
          <strong>{authorName}</strong>
          <time
            className="muted"
            dateTime={new Date(message.createdAt).toISOString()}
          >
            {moment(message.createdAt)}
          </time>
          {isPending && <span className="muted">Sending…</span>}
          {here && (
            <span className="message-actions">
              <IconButton
                small
                icon="smile"
                label={`React to ${authorName}`}
                aria-expanded={open === "react"}
                data-opens="react"
                onClick={() => setOpen("react")}
              />
              {props.onThread && (
                <IconButton
                  small
                  icon="reply"
                  label={`Answer ${authorName}`}
                  onClick={() => props.onThread?.(message.threadId ?? id)}
                />
              )}
              {mine && message.kind !== "reaction" && (
                <IconButton
                  small
                  icon="pencil"
                  label="Edit"
                  data-opens="edit"
                  onClick={() => setOpen("edit")}
                />
              )}
              {(mine || runsIt(meeting)) && (
                <IconButton
                  small
                  icon="trash"
                  label="Delete"
                  onClick={() => setOpen("delete")}
                />
              )}
            </span>
          )}
        </div>
        {open === "edit" && here ? (
          <MessageEdit
            message={message}
            named={named}
            chat={chat}
            onClose={goBack}
          />
        ) : (
          <Words message={message} named={named} me={me} />
        )}
        {open === "react" && here && (
          <ReactionPicker
            onPick={(emoji) => {
              goBack();
              react(emoji, true);
            }}
            onClose={close}
            onEscape={goBack}
          />
        )}
        <Reactions
          message={message}
          named={named}
          me={me}
          onReact={here ? react : null}
        />
        <Answers {...props} />
      </div>
      {open === "delete" && here && (
        <Confirm
          title="Delete this message?"
          action="Delete"
          work={() => chat.delete(id)}
          onClose={close}
        >
          Its words are gone for everybody. Answers to it stay.
        </Confirm>
      )}
    </li>
  );
});

function Words({
  message,
  named,
  me,
}: {
  message: ShownMessage["message"];
  named: readonly Named[];
  me: string;
}) {
  if (message.deletedAt !== null) {
    return <p className="message-gone">This message was deleted.</p>;
  }
  return (
    <>
      {message.text && (
        <MessageText
          text={message.text}
          mentions={message.mentions}
          named={named}
          me={me}
        />
      )}
      {message.editedAt !== null && (
        <p className="message-edited muted">edited</p>
      )}
      {message.attachments.length > 0 && (
        <ul className="attachments" aria-label="Attached">
          {message.attachments.map(({ url, name }, at) => (
            <li key={at}>
              <a href={url} target="_blank" rel="noopener noreferrer">
                <Icon name="link" />
                <span>{name}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Answers({ shown, answers = 0, onThread }: Props) {
  if (!onThread || answers === 0) return null;
  return (
    <button
      type="button"
      className="thread-link"
      onClick={() => onThread(shown.message.id)}
    >
      {answers === 1 ? "1 answer" : `${answers} answers`}
    </button>
  );
}
