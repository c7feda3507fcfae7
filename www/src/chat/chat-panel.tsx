"use client";

import type { Meeting, Participant } from "@connvo/client";
import type { ChatView } from "@connvo/client/react";
import { memo, useMemo, useState } from "react";
import { useRules } from "@/lib/rules";
import type { Session } from "@/lib/session";
import { useTask } from "@/lib/task";
import { useFollow } from "@/transcript/use-follow";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { Notice } from "@/ui/notice";
import { Composer, NOTHING, type Written } from "./composer";
import { namedOf } from "./mentions";
import { MessageRow } from "./message-row";
import { said } from "./said";
import { ThreadHead, useThread } from "./thread";
import { entriesOf } from "./threads";
import { useOlder } from "./use-older";

/** What is written beside the note: the chat's line, or one thread of it. */
export const ChatPanel = memo(function ChatPanel({
  meeting,
  view,
  people,
  session,
}: {
  meeting: Meeting;
  view: ChatView;
  people: readonly Participant[] | undefined;
  session: Session;
}) {
  const { chat, messages, error } = view;
  const rules = useRules();
  const task = useTask();
  const older = useOlder(meeting.id, view);
  const [open, setOpen] = useState<string | null>(null);
  const thread = useThread(meeting.id, view, open, older.more);
  // By thread: what is written in one stays there while another is read.
  const [written, setWritten] = useState<Record<string, Written>>({});
  const named = useMemo(() => namedOf(people), [people]);
  const entries = useMemo(() => entriesOf(messages), [messages]);

  const entry = open === null ? null : entries.find(({ id }) => id === open);
  const line = entry
    ? [...(entry.first ? [entry.first] : []), ...entry.answers]
    : [];
  const front = open ?? messages[0]?.message.id;
  const { scroller, content, following, onScroll, jump } = useFollow(front);

  const refusal = rules?.refusal(meeting, "writeChat") ?? null;
  const mayWrite = rules !== undefined && refusal === null;
  const place = open ?? "";
  const row = {
    chat,
    meeting,
    named,
    me: session.userId,
    mayWrite,
    task,
  };
  const failure = task.error ?? older.task.error ?? thread.error;
  return (
    <section className="chat" aria-label="Chat">
      {open !== null && (
        <ThreadHead
          onBack={() => {
            setOpen(null);
            scroller.current?.focus();
          }}
        />
      )}
      {error && <Notice tone="bad">{error.message}</Notice>}
      <div
        ref={scroller}
        className="chat-scroll"
        onScroll={onScroll}
        tabIndex={0}
        role="group"
        aria-label={open === null ? "Messages" : "Thread"}
        data-testid="chat"
      >
        {open === null && older.more && (
          <div className="more">
            <Button
              small
              disabled={older.task.busy}
              onClick={() => void older.read()}
            >
              {older.task.busy ? "Loading…" : "Show older"}
            </Button>
          </div>
        )}
        {messages.length === 0 && !error && (
          <Empty icon="chat" title="Nothing written yet">
            <p>Messages are for everybody in the meeting.</p>
          </Empty>
        )}
        <div role="log" aria-label={open === null ? "Chat" : "Answers"}>
          <ol ref={content}>
            {open === null
              ? entries.map(({ id, first, answers }) =>
                  first ? (
                    <MessageRow
                      key={id}
                      {...row}
                      shown={first}
                      answers={answers.length}
                      onThread={setOpen}
                    />
                  ) : (
                    <li key={id} className="message">
                      <button
                        type="button"
                        className="thread-link"
                        onClick={() => setOpen(id)}
                      >
                        {answers.length} newer in an older thread
                      </button>
                    </li>
                  ),
                )
              : line.map((shown) => (
                  <MessageRow key={shown.message.id} {...row} shown={shown} />
                ))}
          </ol>
        </div>
      </div>
      {!following && (
        <Button
          className="jump"
          look="primary"
          small
          icon="arrowDown"
          onClick={jump}
        >
          Newest
        </Button>
      )}
      {failure && (
        <Notice
          tone="bad"
          action={
            task.error && (
              <Button small onClick={task.clear}>
                Close
              </Button>
            )
          }
        >
          {said(failure)}
        </Notice>
      )}
      {refusal !== null ? (
        <div data-testid="chat-refused">
          <Notice icon="lock">You cannot write here: {refusal}.</Notice>
        </div>
      ) : (
        <Composer
          key={place}
          chat={mayWrite ? chat : null}
          label={open === null ? "Write a message" : "Write an answer"}
          replyTo={open ?? undefined}
          named={named}
          written={written[place] ?? NOTHING}
          onWritten={(change) =>
            setWritten((was) => ({
              ...was,
              [place]: change(was[place] ?? NOTHING),
            }))
          }
        />
      )}
    </section>
  );
});
