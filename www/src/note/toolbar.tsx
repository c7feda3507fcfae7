"use client";

import type { EditorView } from "@codemirror/view";
import type { Note, NoteStatus } from "@connvo/client";
import { Button, IconButton } from "@/ui/button";
import type { IconName } from "@/ui/icon";
import { link, prefix, wrap } from "./format";

const FORMATS: {
  icon: IconName;
  label: string;
  act: (view: EditorView) => void;
}[] = [
  { icon: "heading", label: "Heading", act: (v) => prefix(v, "## ") },
  { icon: "bold", label: "Bold", act: (v) => wrap(v, "**") },
  { icon: "italic", label: "Italic", act: (v) => wrap(v, "*") },
  { icon: "list", label: "List", act: (v) => prefix(v, "- ") },
  { icon: "task", label: "Task", act: (v) => prefix(v, "- [ ] ") },
  { icon: "quote", label: "Quote", act: (v) => prefix(v, "> ") },
  { icon: "code", label: "Code", act: (v) => wrap(v, "`") },
  { icon: "link", label: "Link", act: link },
];

/** Undo, formats and the way to the history. */
export function Toolbar({
  view,
  note,
  status,
  writable,
  onHistory,
}: {
  view: EditorView | undefined;
  note: Note;
  status: NoteStatus;
  writable: boolean;
  onHistory: () => void;
}) {
  const off = !writable || !view;
  const step = (move: () => boolean) => {
    move();
    view?.focus();
  };
  return (
    <div className="toolbar" role="group" aria-label="Note tools">
      <div className="toolbar-formats">
        <IconButton
          icon="undo"
          label="Undo my last edit"
          small
          disabled={off || !status.canUndo}
          onClick={() => step(() => note.undo())}
        />
        <IconButton
          icon="redo"
          label="Redo"
          small
          disabled={off || !status.canRedo}
          onClick={() => step(() => note.redo())}
        />
        <span className="toolbar-gap" />
        {FORMATS.map(({ icon, label, act }) => (
          <IconButton
            key={label}
            icon={icon}
            label={label}
            small
            disabled={off}
            onClick={() => view && act(view)}
          />
        ))}
      </div>
      <Button icon="history" small look="quiet" onClick={onHistory}>
        <span className="wide-only">History</span>
      </Button>
    </div>
  );
}
