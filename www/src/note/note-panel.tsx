"use client";

import type { ConnvoError, Meeting, Participant } from "@connvo/client";
import type { NoteView } from "@connvo/client/react";
import { useState } from "react";
import { useRules } from "@/lib/rules";
import { useNotKept } from "@/room/use-not-kept";
import { Notice } from "@/ui/notice";
import { Drafts } from "./drafts";
import { HistoryDialog } from "./history-dialog";
import { NoteEditor } from "./note-editor";

/** The note, and all that can be said about it. */
export function NotePanel({
  meeting,
  view,
  loadError,
  people,
}: {
  meeting: Meeting;
  view: NoteView;
  loadError: ConnvoError | null;
  people: readonly Participant[] | undefined;
}) {
  const rules = useRules();
  const [history, setHistory] = useState(false);
  const { note, status } = view;
  const error = loadError ?? view.error;
  const notKept = useNotKept(status);
  if (!note) {
    return (
      <section className="panel note-panel" aria-label="Note">
        {error ? <Notice tone="bad">{error.message}</Notice> : <NoteSkeleton />}
      </section>
    );
  }
  const refusal = rules?.refusal(meeting, "writeNote") ?? null;
  const writable = status.writable && refusal === null;
  return (
    <section className="panel note-panel" aria-label="Note">
      <div className="read-only" role="status">
        {!writable && (
          <div data-testid="read-only">
            <Notice icon="lock">
              {sentence(refusal ?? "the note cannot be changed just now")}
            </Notice>
          </div>
        )}
      </div>
      {notKept && (
        <div role="alert" data-testid="not-kept">
          <Notice tone="warn">
            Your changes are not kept on this device: keep this page open until
            they are sent.
          </Notice>
        </div>
      )}
      {status.ended && <Notice tone="bad">{status.ended.detail}</Notice>}
      <Drafts drafts={status.drafts} note={note} />
      <NoteEditor
        note={note}
        status={status}
        writable={writable}
        onHistory={() => setHistory(true)}
      />
      {history && (
        <HistoryDialog
          meeting={meeting}
          people={people}
          writable={writable}
          now={() => note.text()}
          onClose={() => setHistory(false)}
        />
      )}
    </section>
  );
}

function NoteSkeleton() {
  return (
    <div className="lines-skeleton" aria-busy="true">
      {[52, 90, 76, 84, 40].map((width) => (
        <div
          key={width}
          className="skeleton line-skeleton"
          style={{ width: `${width}%` }}
        />
      ))}
    </div>
  );
}

function sentence(text: string): string {
  return `Read-only: ${text}.`;
}
