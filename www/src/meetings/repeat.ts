import { momentAt, wallAt, type Wall } from "@/lib/zone";

/** Days of the week as recurrence rules name them, and what people do. */
export const DAYS = [
  ["MO", "Mon"],
  ["TU", "Tue"],
  ["WE", "Wed"],
  ["TH", "Thu"],
  ["FR", "Fri"],
  ["SA", "Sat"],
  ["SU", "Sun"],
] as const;
/** Days of the week as recurrence rules name them. */
export type Day = (typeof DAYS)[number][0];

/** How often something comes again. */
export type Often = "DAILY" | "WEEKLY" | "MONTHLY";

/** The simple choices that a recurrence rule is made of. */
export interface Repeat {
  often: Often;
  /** Every how many days, weeks or months; as typed. */
  every: string;
  /** Of a weekly one, beside the day of its first date. */
  days: Day[];
  ends: "never" | "until" | "count";
  /** Its last day, as `2027-01-18`. */
  until: string;
  /** How many dates it has; as typed. */
  count: string;
}

/** What is chosen at first. */
export const WEEKLY: Repeat = {
  often: "WEEKLY",
  every: "1",
  days: [],
  ends: "never",
  until: "",
  count: "10",
};

/** The day of the week of a date; undefined for what is none. */
export function dayOf(date: string): Day | undefined {
  const at = new Date(`${date}T12:00:00Z`).getUTCDay();
  return DAYS[(at + 6) % 7]?.[0];
}

/** The rule (RFC 5545, section 3.3.10). The first date belongs to it. */
export function ruleOf(repeat: Repeat, first: Wall, zone: string): string {
  const parts = [`FREQ=${repeat.often}`];
  if (repeat.every !== "1") parts.push(`INTERVAL=${repeat.every}`);
  if (repeat.often === "WEEKLY") {
    const own = dayOf(first.date);
    const days = DAYS.map(([day]) => day).filter(
      (day) => day === own || repeat.days.includes(day),
    );
    parts.push(`BYDAY=${days.join()}`);
  }
  if (repeat.ends === "count") parts.push(`COUNT=${repeat.count}`);
  const last = momentAt({ date: repeat.until, time: "23:59" }, zone);
  if (repeat.ends === "until" && last !== undefined) {
    const stamp = new Date(last).toISOString().replace(/[-:]|\.\d+/g, "");
    parts.push(`UNTIL=${stamp}`);
  }
  return parts.join(";");
}

/** The choices that a rule is made of; undefined for one that is made of others. */
export function repeatOf(rule: string, zone: string): Repeat | undefined {
  const parts = new Map(
    rule.split(";").map((part): [string, string] => {
      const [name = "", value = ""] = part.split("=");
      return [name, value];
    }),
  );
  const take = (name: string) => {
    const value = parts.get(name);
    parts.delete(name);
    return value;
  };
  const often = take("FREQ");
  if (often !== "DAILY" && often !== "WEEKLY" && often !== "MONTHLY") {
    return undefined;
  }
  const [every, count, until] = ["INTERVAL", "COUNT", "UNTIL"].map(take);
  const days = often === "WEEKLY" ? (take("BYDAY")?.split(",") ?? []) : [];
  const known = days.filter(isDay);
  if (parts.size > 0 || known.length !== days.length) return undefined;
  const last = until === undefined ? undefined : stampOf(until);
  if (until !== undefined && last === undefined) return undefined;
  return {
    often,
    every: every ?? "1",
    days: known,
    ends: last !== undefined ? "until" : count ? "count" : "never",
    until: last === undefined ? "" : wallAt(last, zone).date,
    count: count ?? WEEKLY.count,
  };
}

const UNITS = { DAILY: "day", WEEKLY: "week", MONTHLY: "month" } as const;

/** "every 2 weeks on Mon and Wed, 10 times": a rule in words. */
export function inWords(rule: string, zone: string): string {
  const repeat = repeatOf(rule, zone);
  if (!repeat) return `by the rule ${rule}`;
  const unit = UNITS[repeat.often];
  const words = [
    repeat.every === "1" ? `every ${unit}` : `every ${repeat.every} ${unit}s`,
  ];
  const days = DAYS.filter(([day]) => repeat.days.includes(day));
  if (days.length > 0) {
    const list = new Intl.ListFormat("en");
    words.push(`on ${list.format(days.map(([, name]) => name))}`);
  }
  const ends =
    repeat.ends === "count"
      ? `, ${repeat.count} times`
      : repeat.ends === "until"
        ? `, until ${repeat.until}`
        : "";
  return words.join(" ") + ends;
}

function isDay(name: string): name is Day {
  return DAYS.some(([day]) => day === name);
}

/** The moment of `20270118T235900Z`. */
function stampOf(stamp: string): number | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(stamp);
  if (!found) return undefined;
  const [y = 0, month = 1, d = 1, h = 0, min = 0, s = 0] = found
    .slice(1)
    .map((part: string | undefined) => Number(part ?? 0));
  return Date.UTC(y, month - 1, d, h, min, s);
}
