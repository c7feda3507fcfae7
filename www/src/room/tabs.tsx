import { Icon, type IconName } from "@/ui/icon";

/** The parts of a room. */
export type Tab = "note" | "transcript" | "people";

const TABS: { tab: Tab; label: string; icon: IconName }[] = [
  { tab: "note", label: "Note", icon: "note" },
  { tab: "transcript", label: "Transcript", icon: "transcript" },
  { tab: "people", label: "People", icon: "people" },
];

interface Props {
  tab: Tab;
  onTab: (tab: Tab) => void;
}

/** Beside the note on a wide screen: transcript or people. */
export function SideTabs({ tab, onTab }: Props) {
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
        </button>
      ))}
    </nav>
  );
}

/** At the foot of a phone: one part at a time. */
export function PhoneTabs({ tab, onTab }: Props) {
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
        </button>
      ))}
    </nav>
  );
}
