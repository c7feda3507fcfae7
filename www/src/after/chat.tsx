"use client";

import type { Meeting, Message } from "@connvo/client";
import { useCallback } from "react";
import { nameOf, namedOf, type Named } from "@/chat/mentions";
import { systemWords } from "@/chat/system";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { usePages } from "@/lib/pages";
import { moment } from "@/lib/time";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Failed } from "@/ui/failed";
import { Waiting } from "@/ui/page-list";

/** What was written in the chat, in the order posted, to read alone. */
export function Chat({ meeting: { id } }: { meeting: Meeting }) {
  const pages = usePages(
    useCallback(
      (after: string | null) => api.messages.list(id, { after, limit: 50 }),
      [id],
    ),
  );
  const people = useLoad(useCallback(() => names(id), [id]));
  const { items, more, first, task } = pages;
  const error = first.error ?? task.error;
  const shown = items?.filter(({ deletedAt }) => deletedAt === null).reverse();
  return (
    <section className="card" aria-labelledby="message">
      <h3 id="message">Chat</h3>
      {error && (
        <Failed
          error={error}
          onRetry={first.error ? first.reload : pages.readOn}
        />
      )}
      {!items && !error && <Waiting />}
      {more && (
        <div className="more">
          <Button small disabled={task.busy} onClick={pages.readOn}>
            {task.busy ? "Loading…" : "Show earlier"}
          </Button>
        </div>
      )}
      {shown?.length === 0 && (
        <p className="nothing muted">Nothing was written.</p>
      )}
      {shown && shown.length > 0 && (
        <ol aria-label="Messages">
          {shown.map((message) => (
            <Written
              key={message.id}
              message={message}
              named={people.value ?? []}
            />
          ))}
        </ol>
      )}
    </section>
  );
}

/** Who has left reads what was said, not who was there. */
async function names(id: string): Promise<Named[]> {
  const people = await api.participants
    .list(id, { limit: 100 })
    .catch(() => null);
  return namedOf(people?.items);
}

function Written({
  message,
  named,
}: {
  message: Message;
  named: readonly Named[];
}) {
  const { authorId, authorName, text, createdAt, threadId } = message;
  if (message.kind === "system") {
    return (
      <li className="written" data-testid="said-of-it">
        <p className="muted">
          {systemWords(text, nameOf(named, message.mentions))}{" "}
          <time>{moment(createdAt)}</time>
        </p>
      </li>
    );
  }
  return (
    <li
      className={threadId === null ? "written" : "written written-answer"}
      data-testid="written"
    >
      <Avatar name={authorName} person={authorId ?? authorName} />
      <div className="written-words">
        <p className="turn-head">
          <strong>{authorName}</strong>
          <time className="muted">{moment(createdAt)}</time>
        </p>
        <p className="said">{text}</p>
        {message.attachments.map(({ url, name }) => (
          <p key={url}>
            <a href={url} target="_blank" rel="noreferrer noopener">
              {name}
            </a>
          </p>
        ))}
        {message.reactions.length > 0 && (
          <p className="row-facts">
            {message.reactions.map(({ emoji, userIds }) => (
              <span key={emoji} className="tag">
                {emoji} {userIds.length}
              </span>
            ))}
          </p>
        )}
      </div>
    </li>
  );
}
