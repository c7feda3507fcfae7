import { Entry } from "./entry";
import { onDay, plus, type Occurrence } from "./model";

/** Days in rows of weeks. */
export function Grid({
  weeks,
  all,
  month,
}: {
  weeks: readonly Date[][];
  all: readonly Occurrence[];
  /** The month that is meant, whose neighbours' days stand back. */
  month: number | undefined;
}) {
  const today = plus(new Date(), 0).getTime();
  return (
    <table className={weeks.length === 1 ? "days days-week" : "days"}>
      <thead>
        <tr>
          {weeks[0]?.map((day) => (
            <th key={day.getTime()} scope="col">
              {day.toLocaleDateString([], { weekday: "short" })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week[0]?.getTime()}>
            {week.map((day) => {
              const at = day.getTime();
              const aside = month !== undefined && day.getMonth() !== month;
              return (
                <td
                  key={at}
                  className={aside ? "day day-aside" : "day"}
                  aria-current={at === today ? "date" : undefined}
                >
                  <time
                    className="day-number"
                    dateTime={iso(day)}
                    aria-label={day.toLocaleDateString([], {
                      day: "numeric",
                      month: "long",
                    })}
                  >
                    {day.getDate()}
                  </time>
                  <ul>
                    {onDay(all, day).map((one) => (
                      <li key={one.key}>
                        <Entry of={one} />
                      </li>
                    ))}
                  </ul>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** "2027-01-18", of the device's own calendar. */
function iso(day: Date): string {
  const two = (n: number) => String(n).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}
