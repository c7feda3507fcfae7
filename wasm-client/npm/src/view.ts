import type {
  Entitlements,
  Meeting,
  MeetingNow,
  MeView,
  Participant,
  SpeakerNames,
} from "./generated/protocol.js";
import { Listeners } from "./listeners.js";
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

/** What tells views apart. */
export function viewKey(kind: ViewKind, meetingId?: string): string {
  return `${kind}|${meetingId ?? ""}`;
}

/** Something that the server sends whole, and again at each change. */
export class LiveView {
  readonly changes = new Listeners<[]>();
  /** Null until the server has said, and when it may be seen no longer. */
  value: unknown = null;
  /** How many follow it. */
  leases = 0;

  constructor(readonly sub: number) {}

  take(event: ShellEvent): void {
    if (event.type === "view") this.value = event.value;
    else if (event.type === "ended") this.value = null;
    else return;
    this.changes.emit();
  }
}
