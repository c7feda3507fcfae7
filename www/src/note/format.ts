import { EditorSelection, type ChangeSpec, type Text } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";

/** Puts a sign around each selection, or takes it away again. */
export function wrap(view: EditorView, sign: string): void {
  const { state } = view;
  const change = state.changeByRange(({ from, to }) => {
    const size = sign.length;
    const inside = state.sliceDoc(from, to);
    if (isAround(state.doc, from, to, sign)) {
      return {
        changes: [
          { from: from - size, to: from },
          { from: to, to: to + size },
        ],
        range: EditorSelection.range(from - size, to - size),
      };
    }
    return {
      changes: { from, to, insert: sign + inside + sign },
      range: EditorSelection.range(from + size, to + size),
    };
  });
  view.dispatch(change, { scrollIntoView: true, userEvent: "input.format" });
  view.focus();
}

/** Whether a selection stands in a sign: of three stars one is slant, two are bold. */
function isAround(doc: Text, from: number, to: number, sign: string): boolean {
  const mark = sign.charAt(0);
  let run = 0;
  while (
    run < 3 &&
    run < from &&
    doc.sliceString(from - run - 1, from - run) === mark &&
    doc.sliceString(to + run, to + run + 1) === mark
  ) {
    run += 1;
  }
  return sign === "*" ? run % 2 === 1 : run >= sign.length;
}

/** Puts a sign before each selected line, or takes it away from all. */
export function prefix(view: EditorView, sign: string): void {
  const { state } = view;
  const { from, to } = state.selection.main;
  const first = state.doc.lineAt(from).number;
  const last = state.doc.lineAt(to).number;
  const lines = Array.from({ length: last - first + 1 }, (_, at) =>
    state.doc.line(first + at),
  );
  const all = lines.every(({ text }) => text.startsWith(sign));
  const changes = lines.map((line): ChangeSpec =>
    all
      ? { from: line.from, to: line.from + sign.length }
      : { from: line.from, insert: sign },
  );
  const set = state.changes(changes);
  view.dispatch({
    changes: set,
    selection: {
      anchor: set.mapPos(state.selection.main.anchor, 1),
      head: set.mapPos(state.selection.main.head, 1),
    },
    scrollIntoView: true,
    userEvent: "input.format",
  });
  view.focus();
}

/** Makes the selection a link and selects its empty address. */
export function link(view: EditorView): void {
  const { from, to } = view.state.selection.main;
  const words = view.state.sliceDoc(from, to) || "text";
  const address = from + words.length + 3;
  view.dispatch({
    changes: { from, to, insert: `[${words}](https://)` },
    selection: { anchor: address, head: address + "https://".length },
    scrollIntoView: true,
    userEvent: "input.format",
  });
  view.focus();
}
