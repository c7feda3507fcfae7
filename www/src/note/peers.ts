import { StateEffect, StateField, type Range } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  WidgetType,
  type DecorationSet,
} from "@codemirror/view";
import type { Note, Peer } from "@connvo/client";
import { legible } from "@/lib/person";

/** How long a name stays beside a cursor that moved, in milliseconds. */
const NAME_MS = 2_500;

/** A peer and whether the cursor moved a moment ago. */
interface Shown {
  peer: Peer;
  fresh: boolean;
}

const setPeers = StateEffect.define<Shown[]>();

/** Cursors and selections of the others. */
export const peerMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setPeers)) {
        next = decorate(effect.value, transaction.newDoc.length);
      }
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Keeps the marks at what the note says of its peers. */
export function followPeers(note: Note, view: EditorView): () => void {
  const seen = new Map<number, { place: string; at: number }>();
  let asked = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let open = true;

  const draw = () => {
    asked = false;
    if (!open) return;
    const now = Date.now();
    const peers = note.peers();
    const shown = peers.map((peer) => {
      const place = JSON.stringify(peer.cursor);
      const last = seen.get(peer.clientId);
      const at = last?.place === place ? last.at : now;
      seen.set(peer.clientId, { place, at });
      return { peer, fresh: now - at < NAME_MS };
    });
    const here = new Set(peers.map(({ clientId }) => clientId));
    for (const id of seen.keys()) if (!here.has(id)) seen.delete(id);
    view.dispatch({ effects: setPeers.of(shown) });
    clearTimeout(timer);
    if (shown.some(({ fresh }) => fresh)) timer = setTimeout(draw, NAME_MS);
  };
  // After the edit at hand: its positions are those of the text it makes.
  const ask = () => {
    if (asked) return;
    asked = true;
    queueMicrotask(draw);
  };
  ask();
  const stop = note.onPeers(ask);
  return () => {
    open = false;
    clearTimeout(timer);
    stop();
  };
}

class Caret extends WidgetType {
  constructor(
    readonly peer: Peer,
    readonly fresh: boolean,
  ) {
    super();
  }

  override eq(other: Caret): boolean {
    return (
      other.peer.clientId === this.peer.clientId &&
      other.peer.name === this.peer.name &&
      other.peer.color === this.peer.color &&
      other.fresh === this.fresh
    );
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.ariaHidden = "true";
    caret.append(document.createElement("span"));
    this.updateDOM(caret);
    return caret;
  }

  override updateDOM(caret: HTMLElement): boolean {
    caret.className = this.fresh ? "peer-caret peer-fresh" : "peer-caret";
    caret.dataset.testid = "peer-caret";
    caret.style.setProperty("--person", color(this.peer));
    const name = caret.firstElementChild;
    if (name) {
      name.className = "peer-name";
      name.textContent = this.peer.name;
    }
    return true;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

function decorate(shown: Shown[], length: number): DecorationSet {
  const ranges: Range<Decoration>[] = [];
  for (const { peer, fresh } of shown) {
    if (!peer.cursor) continue;
    const anchor = Math.min(peer.cursor.anchor, length);
    const head = Math.min(peer.cursor.head, length);
    if (anchor !== head) {
      ranges.push(
        Decoration.mark({
          class: "peer-selection",
          attributes: { style: `--person: ${color(peer)}` },
        }).range(Math.min(anchor, head), Math.max(anchor, head)),
      );
    }
    ranges.push(
      Decoration.widget({ widget: new Caret(peer, fresh), side: 1 }).range(
        head,
      ),
    );
  }
  return Decoration.set(ranges, true);
}

function color(peer: Peer): string {
  return legible(peer.color, peer.name);
}
