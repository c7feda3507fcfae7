import type { Meeting } from "@connvo/client";

/** How the calendar is looked at. */
export type Span = "month" | "week";

/** A meeting at one of its dates. */
export interface Occurrence {
  key: string;
  meeting: Meeting;
  /** Milliseconds since the Unix epoch. */
  at: number;
  /** Whether it is a date of a series beside the one that is planned. */
  again: boolean;
}

/** The days that are shown, in rows of weeks that begin on Monday. */
export function weeksOf(anchor: Date, span: Span): Date[][] {
  const first =
    span === "week"
      ? anchor
      : new Date(anchor.getFullYear(), anchor.getMonth(), 1);
  const monday = plus(first, -((first.getDay() + 6) % 7));
  const after = new Date(anchor.getFullYear(), anchor.getMonth() + 1, 1);
  const days = Math.round((after.getTime() - monday.getTime()) / 86_400_000);
  const weeks = span === "week" ? 1 : Math.ceil(days / 7);
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 7 }, (_, day) => plus(monday, week * 7 + day)),
  );
}

/** The beginning of the day that is `days` later. */
export function plus(date: Date, days: number): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
}

/** A month or week on, or back. */
export function step(anchor: Date, span: Span, by: number): Date {
  return span === "week"
    ? plus(anchor, 7 * by)
    : new Date(anchor.getFullYear(), anchor.getMonth() + by, 1);
}

/** Every date between two moments, the earliest first. */
export function occurrencesOf(
  meetings: readonly Meeting[],
  from: number,
  to: number,
): Occurrence[] {
  return meetings
    .flatMap((meeting) => {
      const own = meeting.scheduledAt;
      const dates = new Set([own, ...(meeting.occurrences ?? [])]);
      return [...dates]
        .filter((at) => at !== null && at >= from && at < to)
        .map((at) => ({
          key: `${meeting.id} ${at ?? 0}`,
          meeting,
          at: at ?? 0,
          again: at !== own,
        }));
    })
    .sort((a, b) => a.at - b.at);
}

/** What is on a day. */
export function onDay(all: readonly Occurrence[], day: Date): Occurrence[] {
  const [from, to] = [day.getTime(), plus(day, 1).getTime()];
  return all.filter(({ at }) => at >= from && at < to);
}
