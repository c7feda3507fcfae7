"use client";

import type { Note, RecoveredDraft } from "@connvo/client";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy-button";
import { Notice } from "@/ui/notice";

/** Words that the server did not take, kept for their writer. */
export function Drafts({
  drafts,
  note,
}: {
  drafts: readonly RecoveredDraft[];
  note: Note;
}) {
  if (drafts.length === 0) return null;
  return (
    <ul className="drafts" aria-label="Recovered drafts">
      {drafts.map((draft) => (
        <li key={draft.id} data-testid="recovered-draft">
          <Notice tone="warn">
            <p role="alert">
              <strong>Some of what you wrote could not be added.</strong>{" "}
              {draft.reason} Here it is, to keep:
            </p>
            <pre className="draft-text">{lost(draft)}</pre>
            <div className="draft-actions">
              <CopyButton small label="Copy" text={() => lost(draft)} />
              <CopyButton
                small
                label="Copy the whole note as it was"
                text={() => draft.text}
              />
              <Button small onClick={() => note.dismissDraft(draft.id)}>
                Dismiss
              </Button>
            </div>
          </Notice>
        </li>
      ))}
    </ul>
  );
}

function lost(draft: RecoveredDraft): string {
  return draft.pieces.join("\n");
}
