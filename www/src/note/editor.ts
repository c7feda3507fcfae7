import { defaultKeymap } from "@codemirror/commands";
import { markdownKeymap } from "@codemirror/lang-markdown";
import { search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  dropCursor,
  EditorView,
  keymap,
  placeholder,
} from "@codemirror/view";
import type { Note } from "@connvo/client";
import { cursorInto, deltasFrom, editsInto, undoKeys } from "./binding";
import { link, wrap } from "./format";
import { markdownNote } from "./markdown";
import { followPeers, peerMarks } from "./peers";

const writing = new Compartment();

/** An editor bound to a note, for as long as it is open. */
export interface BoundEditor {
  view: EditorView;
  setWritable: (writable: boolean) => void;
  close: () => void;
}

/** Opens an editor on a note inside `parent`. */
export function openEditor(
  note: Note,
  parent: HTMLElement,
  writable: boolean,
  onRefused: (thrown: unknown) => void,
): BoundEditor {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: EditorState.create({ extensions: oneLineEnd }).toText(note.text()),
      extensions: [
        oneLineEnd,
        writing.of(access(writable)),
        undoKeys(note),
        cursorInto(note),
        peerMarks,
        markdownNote(),
        formatKeys,
        keymap.of([...markdownKeymap, ...searchKeymap, ...defaultKeymap]),
        search({ top: true }),
        drawSelection(),
        dropCursor(),
        EditorView.lineWrapping,
        placeholder("Write the first line. Everyone here sees it at once."),
      ],
    }),
    dispatchTransactions: editsInto(note, onRefused),
  });
  const stops = [deltasFrom(note, view), followPeers(note, view)];
  return {
    view,
    setWritable: (next) =>
      view.dispatch({ effects: writing.reconfigure(access(next)) }),
    close: () => {
      for (const stop of stops) stop();
      view.destroy();
    },
  };
}

/**
 * Only "\n" ends a line here: any other rule would make CodeMirror count a
 * "\r\n" of the note as one unit. What is pasted is brought to "\n".
 */
const oneLineEnd: Extension = [
  EditorState.lineSeparator.of("\n"),
  EditorView.clipboardInputFilter.of((text) => text.replace(/\r\n?/g, "\n")),
];

const formatKeys = keymap.of([
  { key: "Mod-b", run: (view) => act(view, () => wrap(view, "**")) },
  { key: "Mod-i", run: (view) => act(view, () => wrap(view, "*")) },
  { key: "Mod-k", run: (view) => act(view, () => link(view)) },
]);

function act(view: EditorView, work: () => void): boolean {
  if (view.state.readOnly) return false;
  work();
  return true;
}

function access(writable: boolean): Extension {
  return [
    EditorState.readOnly.of(!writable),
    EditorView.editable.of(writable),
    EditorView.contentAttributes.of({
      "aria-label": "Meeting note",
      "aria-readonly": String(!writable),
      "data-testid": "note-text",
      tabindex: "0",
      spellcheck: "true",
      autocapitalize: "sentences",
    }),
  ];
}
