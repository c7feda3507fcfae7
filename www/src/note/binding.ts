import { Annotation, Transaction, type Extension } from "@codemirror/state";
import { EditorView, keymap, type Command } from "@codemirror/view";
import type { Component, Note } from "@connvo/client";
import { changeEnd, toChanges, toOperation } from "./changes";

/** Marks what comes from the note, and so must not go back to it. */
const fromNote = Annotation.define<boolean>();

/**
 * The editor's half of the binding. An edit is taken by the note first and
 * shown second; one that the note refuses is never shown.
 */
export function editsInto(
  note: Note,
  onRefused: (thrown: unknown) => void,
): (transactions: readonly Transaction[], view: EditorView) => void {
  return (transactions, view) => {
    const taken: Transaction[] = [];
    for (const transaction of transactions) {
      if (transaction.docChanged && !transaction.annotation(fromNote)) {
        try {
          note.edit(toOperation(transaction.changes));
        } catch (thrown) {
          onRefused(thrown);
          break;
        }
      }
      taken.push(transaction);
    }
    view.update(taken);
  };
}

/** The note's half: what others (or an undo) change appears in the editor. */
export function deltasFrom(note: Note, view: EditorView): () => void {
  return note.onDelta((operation, origin) => {
    const mine = origin === "undo" || origin === "redo";
    try {
      apply(view, operation, mine);
    } catch {
      show(view, note.text());
    }
    // The note is the truth; after a reset the editor makes sure to equal it.
    if (origin === "reset") show(view, note.text());
  });
}

function apply(view: EditorView, operation: Component[], mine: boolean): void {
  const end = mine ? changeEnd(operation) : null;
  view.dispatch({
    changes: toChanges(operation),
    ...(end !== null && { selection: { anchor: end }, scrollIntoView: true }),
    annotations: fromNote.of(true),
  });
}

function show(view: EditorView, text: string): void {
  const doc = view.state.doc;
  if (doc.length === text.length && doc.toString() === text) return;
  view.dispatch({
    changes: { from: 0, to: doc.length, insert: text },
    annotations: fromNote.of(true),
  });
}

/**
 * Undo and redo are the note's: they take back one's own edits and no others'.
 * The editor keeps no history.
 */
export function undoKeys(note: Note): Extension {
  const undo: Command = ({ state }) => !state.readOnly && (note.undo(), true);
  const redo: Command = ({ state }) => !state.readOnly && (note.redo(), true);
  return [
    keymap.of([
      { key: "Mod-z", run: undo, preventDefault: true },
      { key: "Mod-y", mac: "Mod-Shift-z", run: redo, preventDefault: true },
      { linux: "Mod-Shift-z", win: "Mod-Shift-z", run: redo },
    ]),
    EditorView.domEventHandlers({
      beforeinput(event, view) {
        const kind = event.inputType;
        if (kind !== "historyUndo" && kind !== "historyRedo") return false;
        event.preventDefault();
        return kind === "historyUndo" ? undo(view) : redo(view);
      },
    }),
  ];
}

/** Tells the others where the cursor is, while the editor has the focus. */
export function cursorInto(note: Note): Extension {
  return EditorView.updateListener.of((update) => {
    const moved = update.selectionSet || update.docChanged;
    if (!update.view.hasFocus || !(moved || update.focusChanged)) return;
    const { anchor, head } = update.state.selection.main;
    note.setCursor({ anchor, head });
  });
}
