"use client";

import type { Attachment, Chat, ConnvoError } from "@connvo/client";
import { useState } from "react";
import { problem } from "@/lib/api";
import { IconButton } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { LinkForm } from "./link-form";
import { mentionedIn, type Named } from "./mentions";
import { MentionField } from "./mention-field";
import { said } from "./said";

/** What is being written. */
export interface Written {
  text: string;
  attachments: readonly Attachment[];
  /** Why what was sent has come back. */
  error?: ConnvoError;
}

export const NOTHING: Written = { text: "", attachments: [] };

/**
 * Writes a message. It shows in the chat as soon as it is sent; one that is refused
 * comes back here with the reason.
 */
export function Composer({
  chat,
  label,
  replyTo,
  named,
  written,
  onWritten,
}: {
  chat: Chat | null;
  label: string;
  /** The message that it answers. */
  replyTo?: string;
  named: readonly Named[];
  written: Written;
  onWritten: (change: (was: Written) => Written) => void;
}) {
  const [linking, setLinking] = useState(false);
  const { text, attachments, error } = written;
  const empty = text.trim() === "" && attachments.length === 0;
  const send = () => {
    if (empty || !chat) return;
    const sent = { text: text.trim(), attachments: [...attachments] };
    onWritten(() => NOTHING);
    chat
      .post({
        ...sent,
        kind: sent.text === "" ? "file" : "text",
        mentions: mentionedIn(sent.text, named),
        ...(replyTo !== undefined && { replyToId: replyTo }),
      })
      .catch((thrown: unknown) =>
        onWritten((was) => ({
          text: [sent.text, was.text].filter(Boolean).join("\n"),
          attachments: [...sent.attachments, ...was.attachments],
          error: problem(thrown),
        })),
      );
  };
  return (
    <>
      <form
        className="composer"
        aria-label={label}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {error && <Notice tone="bad">Not sent: {said(error)}</Notice>}
        {attachments.length > 0 && (
          <ul className="attachments" aria-label="To be attached">
            {attachments.map(({ url, name }, at) => (
              <li key={at}>
                <span title={url}>{name}</span>
                <IconButton
                  small
                  icon="close"
                  label={`Take away ${name}`}
                  onClick={() =>
                    onWritten((was) => ({
                      ...was,
                      attachments: was.attachments.filter(
                        (_, one) => one !== at,
                      ),
                    }))
                  }
                />
              </li>
            ))}
          </ul>
        )}
        <div className="composer-row">
          <IconButton
            icon="link"
            label="Attach a link"
            aria-expanded={linking}
            onClick={() => setLinking(true)}
          />
          <MentionField
            label={label}
            placeholder={label}
            text={text}
            named={named}
            onText={(next) =>
              onWritten((was) => ({ ...was, text: next, error: undefined }))
            }
            onEnter={send}
          />
          <IconButton
            type="submit"
            look="primary"
            icon="send"
            label="Send"
            disabled={empty || !chat}
          />
        </div>
      </form>
      {linking && (
        <LinkForm
          onLink={(link) =>
            onWritten((was) => ({
              ...was,
              attachments: [...was.attachments, link],
            }))
          }
          onClose={() => setLinking(false)}
        />
      )}
    </>
  );
}
