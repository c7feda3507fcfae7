"use client";

import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { markdownNote } from "./markdown";

/** A note's Markdown as the editor shows it, to read alone. */
export function NoteText({ text }: { text: string }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const view = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: text,
        extensions: [
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({
            "aria-label": "Note",
            "aria-readonly": "true",
            tabindex: "0",
          }),
          EditorView.lineWrapping,
          markdownNote(),
        ],
      }),
    });
    return () => view.destroy();
  }, [text]);
  return <div ref={place} className="note-text" data-testid="note-text" />;
}
