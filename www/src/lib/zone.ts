/** A day and an hour as forms have them, in some timezone. */
export interface Wall {
  /** As `2027-01-18`. */
  date: string;
  /** As `09:30`. */
  time: string;
}

/** The timezone of this device. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Every timezone, by its IANA name. */
export function zones(): string[] {
  return [
    ...new Set([ownZone(), "UTC", ...Intl.supportedValuesOf("timeZone")]),
  ];
}

/** What calendar and clock of a timezone show at a moment. */
export function wallAt(ms: number, zone: string): Wall {
  const [date = "", time = ""] = new Date(shown(ms, zone))
    .toISOString()
    .split("T");
  return { date, time: time.slice(0, 5) };
}

/**
 * The moment at which calendar and clock of a timezone show this; undefined for
 * what is no date. An hour that is left out when the clocks change is the one after,
 * one that comes twice is the first.
 */
export function momentAt({ date, time }: Wall, zone: string) {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  if (Number.isNaN(wanted)) return undefined;
  const offset = (ms: number) => shown(ms, zone) - ms;
  // Before and after any change of the clocks nearby.
  const day = 86_400_000;
  const [before, after] = [offset(wanted - day), offset(wanted + day)];
  const first = wanted - before;
  if (offset(first) === before) return first;
  const second = wanted - after;
  return offset(second) === after ? second : first;
}

/** The wall's time as if it were that of UTC, in milliseconds. */
function shown(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(ms);
  const of = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value);
  return Date.UTC(
    of("year"),
    of("month") - 1,
    of("day"),
    of("hour"),
    of("minute"),
    of("second"),
  );
}
