"use client";

import type { EditorView } from "@codemirror/view";
import type { Note, NoteStatus } from "@connvo/client";
import { useEffect, useRef, useState } from "react";
import { problem } from "@/lib/api";
import { Notice } from "@/ui/notice";
import { IconButton } from "@/ui/button";
import { openEditor, type BoundEditor } from "./editor";
import { Toolbar } from "./toolbar";

/** The Markdown editor on a note. */
export function NoteEditor({
  note,
  status,
  writable,
  onHistory,
}: {
  note: Note;
  status: NoteStatus;
  writable: boolean;
  onHistory: () => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<BoundEditor>(null);
  const [view, setView] = useState<EditorView>();
  const [refused, setRefused] = useState<string>();
  const allowed = useRef(writable);

  useEffect(() => {
    if (!place.current) return;
    const bound = openEditor(note, place.current, allowed.current, (thrown) =>
      setRefused(problem(thrown).message),
    );
    editor.current = bound;
    setView(bound.view);
    return () => {
      editor.current = null;
      bound.close();
    };
  }, [note]);

  useEffect(() => {
    allowed.current = writable;
    editor.current?.setWritable(writable);
  }, [writable, note]);

  return (
    <>
      <Toolbar
        view={view}
        note={note}
        status={status}
        writable={writable}
        onHistory={onHistory}
      />
      {refused && (
        <Notice
          tone="bad"
          action={
            <IconButton
              icon="close"
              label="Dismiss"
              small
              onClick={() => setRefused(undefined)}
            />
          }
        >
          {refused}
        </Notice>
      )}
      <div ref={place} className="note-editor" />
    </>
  );
}
