"use client";

import type { Meeting } from "@connvo/client";
import { useCallback, useState } from "react";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { useRules } from "@/lib/rules";
import { fileName, save } from "@/lib/save";
import { HistoryDialog } from "@/note/history-dialog";
import { NoteText } from "@/note/note-text";
import { Button } from "@/ui/button";
import { Loading } from "@/ui/loading";

/** The note as it was left, its versions, and it as a file. */
export function FinalNote({ meeting }: { meeting: Meeting }) {
  const { id, title } = meeting;
  const rules = useRules();
  const [history, setHistory] = useState(false);
  const note = useLoad(useCallback(() => api.note.get(id), [id]));
  const people = useLoad(
    useCallback(
      async () => (await api.participants.list(id, { limit: 100 })).items,
      [id],
    ),
  );
  const text = note.value?.content;
  const writable = rules?.refusal(meeting, "writeNote") === null;
  return (
    <section className="card" aria-labelledby="note">
      <div className="card-head">
        <h3 id="note">Note</h3>
        <div className="row-actions">
          <Button small icon="history" onClick={() => setHistory(true)}>
            History
          </Button>
          <Button
            small
            icon="download"
            disabled={!text}
            onClick={() =>
              save(
                `${fileName(title)}.md`,
                new Blob([text ?? ""], { type: "text/markdown" }),
              )
            }
          >
            Markdown
          </Button>
        </div>
      </div>
      <Loading of={note}>
        {({ content }) =>
          content.trim() === "" ? (
            <p className="nothing muted">Nothing was written.</p>
          ) : (
            <NoteText text={content} />
          )
        }
      </Loading>
      {history && text !== undefined && (
        <HistoryDialog
          meeting={meeting}
          people={people.value}
          writable={writable}
          now={() => text}
          onClose={() => {
            setHistory(false);
            note.reload();
          }}
        />
      )}
    </section>
  );
}
