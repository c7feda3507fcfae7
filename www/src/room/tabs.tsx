import { Icon, type IconName } from "@/ui/icon";

/** The parts of a room. */
export type Tab = "note" | "transcript" | "chat" | "people";

const TABS: { tab: Tab; label: string; icon: IconName }[] = [
  { tab: "note", label: "Note", icon: "note" },
  { tab: "transcript", label: "Transcript", icon: "transcript" },
  { tab: "chat", label: "Chat", icon: "chat" },
  { tab: "people", label: "People", icon: "people" },
];

/** What a part that is not in sight has to tell. */
export interface Mark {
  count: number;
  /** What is counted, as "unread". */
  of: string;
}

/** The marks of the parts that have one. */
export type Marks = Partial<Record<Tab, Mark>>;

interface Props {
  tab: Tab;
  marks: Marks;
  onTab: (tab: Tab) => void;
}

/** Beside the note on a wide screen: transcript, chat or people. */
export function SideTabs({ tab, marks, onTab }: Props) {
  return (
    <nav className="side-tabs" aria-label="Beside the note">
      {TABS.slice(1).map((entry) => (
        <button
          key={entry.tab}
          type="button"
          aria-pressed={entry.tab === tab}
          onClick={() => onTab(entry.tab)}
        >
          {entry.label}
          <TabMark mark={marks[entry.tab]} />
        </button>
      ))}
    </nav>
  );
}

/** At the foot of a phone: one part at a time. */
export function PhoneTabs({ tab, marks, onTab }: Props) {
  return (
    <nav className="phone-tabs" aria-label="Parts of the room">
      {TABS.map((entry) => (
        <button
          key={entry.tab}
          type="button"
          aria-pressed={entry.tab === tab}
          onClick={() => onTab(entry.tab)}
        >
          <Icon name={entry.icon} />
          {entry.label}
          <TabMark mark={marks[entry.tab]} />
        </button>
      ))}
    </nav>
  );
}

function TabMark({ mark }: { mark: Mark | undefined }) {
  if (!mark || mark.count === 0) return null;
  return (
    <>
      <span className="tab-mark" aria-hidden="true" data-testid="tab-mark">
        {mark.count > 99 ? "99+" : mark.count}
      </span>
      <span className="visually-hidden">
        , {mark.count} {mark.of}
      </span>
    </>
  );
}
