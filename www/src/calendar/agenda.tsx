import { day as dayWords } from "@/lib/time";
import { Empty } from "@/ui/empty";
import { Waiting } from "@/ui/page-list";
import { Entry } from "./entry";
import { onDay, type Occurrence } from "./model";

/** The days on which something is, one below the other. */
export function Agenda({
  days,
  all,
  busy,
}: {
  days: readonly Date[];
  all: readonly Occurrence[];
  busy: boolean;
}) {
  const full = days.filter((day) => onDay(all, day).length > 0);
  if (busy && full.length === 0) return <Waiting />;
  if (full.length === 0) {
    return <Empty icon="calendar" title="Nothing is planned" />;
  }
  return (
    <ol className="agenda" aria-label="Agenda">
      {full.map((day) => (
        <li key={day.getTime()} className="agenda-day">
          <h3>{dayWords(day.getTime())}</h3>
          <ul>
            {onDay(all, day).map((one) => (
              <li key={one.key}>
                <Entry of={one} />
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ol>
  );
}
