"use client";

import type { Meeting, Page } from "@connvo/client";
import { useMeetings } from "@connvo/client/react";
import Link from "next/link";
import { useCallback, useState } from "react";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { useNarrow } from "@/lib/use-narrow";
import { useOnChange } from "@/lib/use-on-change";
import { CalendarButton } from "@/meetings/calendar-button";
import { Button, IconButton } from "@/ui/button";
import { Failed } from "@/ui/failed";
import { Icon } from "@/ui/icon";
import { Agenda } from "./agenda";
import { Grid } from "./grid";
import { occurrencesOf, plus, step, weeksOf, type Span } from "./model";

/** Most pages of meetings of one month. */
const PAGES = 5;

/** My meetings by day, with the dates of what comes again; on a phone as a list. */
export function Calendar() {
  const narrow = useNarrow();
  const [span, setSpan] = useState<Span>("month");
  const [anchor, setAnchor] = useState(() => plus(new Date(), 0));
  const weeks = weeksOf(anchor, span);
  const days = weeks.flat();
  const [from, to] = [
    days[0]?.getTime() ?? 0,
    plus(days.at(-1) ?? anchor, 1).getTime(),
  ];
  const loaded = useLoad(useCallback(() => planned(from, to), [from, to]));
  useOnChange(useMeetings(), loaded.reload);
  const all = occurrencesOf(loaded.value ?? [], from, to);
  const title =
    span === "month"
      ? anchor.toLocaleDateString([], { month: "long", year: "numeric" })
      : range(from, to);
  return (
    <>
      <div className="calendar-bar">
        <div className="calendar-move">
          <IconButton
            icon="back"
            label={`The ${span} before`}
            onClick={() => setAnchor(step(anchor, span, -1))}
          />
          <IconButton
            icon="next"
            label={`The ${span} after`}
            onClick={() => setAnchor(step(anchor, span, 1))}
          />
          <h2 aria-live="polite">{title}</h2>
        </div>
        <Button small onClick={() => setAnchor(plus(new Date(), 0))}>
          Today
        </Button>
        <div className="switch" role="group" aria-label="Span">
          {(["month", "week"] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === span}
              onClick={() => setSpan(one)}
            >
              {one === "month" ? "Month" : "Week"}
            </button>
          ))}
        </div>
      </div>
      {loaded.error && <Failed error={loaded.error} onRetry={loaded.reload} />}
      <div aria-busy={!loaded.value} className="calendar">
        {narrow ? (
          <Agenda days={days} all={all} busy={!loaded.value} />
        ) : (
          <Grid
            weeks={weeks}
            all={all}
            month={span === "month" ? anchor.getMonth() : undefined}
          />
        )}
      </div>
      <div className="card-actions calendar-foot">
        <Link href="/new" className="button button-primary">
          <Icon name="plus" />
          Plan a meeting
        </Link>
        <CalendarButton />
      </div>
    </>
  );
}

/** "30 Nov – 6 Dec 2026". */
function range(from: number, to: number): string {
  return new Intl.DateTimeFormat([], {
    day: "numeric",
    month: "short",
    year: "numeric",
  }).formatRange(from, to - 1);
}

async function planned(from: number, to: number): Promise<Meeting[]> {
  const all: Meeting[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const read: Page<Meeting> = await api.meetings.list({
      from,
      to,
      after,
      limit: 100,
    });
    all.push(...read.items);
    after = read.next ?? null;
    if (after === null) break;
  }
  return all.filter(({ state }) => state !== "cancelled");
}
