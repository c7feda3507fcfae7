import type {
  Entitlements,
  Meeting,
  MeetingNow,
  MeView,
  Participant,
  SpeakerNames,
} from "./generated/protocol.js";
import { Listeners } from "./listeners.js";
import type { Pump } from "./pump.js";
import type { ShellEvent } from "./shell.js";

/** What each view shows. `me` and `meetings` are the person's own, the others are of a meeting. */
export interface ViewValues {
  /** Who I am, what my plan gives and which flags are on for me. */
  me: MeView;
  /** What a meeting's plan gives. */
  entitlements: Entitlements;
  /** My latest meetings, at most 100. */
  meetings: Meeting[];
  /** The members of a meeting, at most 500. */
  participants: Participant[];
  /** Who is in a meeting now, who wants to speak, what is being written down. */
  meetingState: MeetingNow;
  /** What the speakers of a meeting's transcript are called. */
  speakers: SpeakerNames;
}

export type ViewKind = keyof ViewValues;

/** Something that the server sends whole, and again at each change. */
class LiveView {
  readonly changes = new Listeners<[]>();
  /** Null until the server has said, and when it may be seen no longer. */
  value: unknown = null;
  /** How many follow it. */
  leases = 0;

  constructor(readonly sub: number) {}
}

/** The followed views of a client. */
export class Views {
  readonly #views = new Map<string, LiveView>();
  #ended = false;

  value<Kind extends ViewKind>(
    kind: Kind,
    meetingId: string | undefined,
  ): ViewValues[Kind] | null {
    const view = this.#views.get(key(kind, meetingId));
    return (view?.value ?? null) as ViewValues[Kind] | null;
  }

  /** Follows a view, and runs `callback` at each change. */
  follow(
    pump: Pump,
    kind: ViewKind,
    meetingId: string | undefined,
    callback: () => void,
  ): () => void {
    const name = key(kind, meetingId);
    const view =
      this.#views.get(name) ??
      new LiveView(pump.feed((shell) => shell.openView(kind, meetingId)));
    this.#views.set(name, view);
    view.leases += 1;
    const drop = view.changes.add(callback);
    return () => {
      drop();
      view.leases -= 1;
      // Not at once: whoever takes it up again meanwhile keeps it.
      setTimeout(() => {
        if (view.leases > 0 || this.#ended) return;
        if (this.#views.get(name) !== view) return;
        this.#views.delete(name);
        pump.feed((shell) => shell.close(view.sub));
      });
    };
  }

  take(event: ShellEvent): void {
    if (event.type !== "view" && event.type !== "ended") return;
    for (const view of this.#views.values()) {
      if (view.sub !== event.sub) continue;
      view.value = event.type === "view" ? event.value : null;
      view.changes.emit();
    }
  }

  end(): void {
    this.#ended = true;
    for (const view of this.#views.values()) view.changes.clear();
  }
}

/** What tells views apart. */
function key(kind: ViewKind, meetingId: string | undefined): string {
  return `${kind}|${meetingId ?? ""}`;
}
