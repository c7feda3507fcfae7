const DAY = 86_400_000;

/** "14:05", or with the day where it was not today. */
export function moment(ms: number, now = Date.now()): string {
  const today = new Date(now).toDateString() === new Date(ms).toDateString();
  return today ? hour(ms) : dated(ms, now);
}

/** "today, 14:05" or "Mon 3 Aug, 14:05": a moment that may be to come. */
export function dated(ms: number, now = Date.now()): string {
  return `${day(ms, now)}, ${hour(ms)}`;
}

/** "14:05". */
export function hour(ms: number): string {
  return new Date(ms).toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
  });
}

/** "45 min", "2 h", "1 h 30 min": a span in minutes. */
export function lasting(minutes: number): string {
  const [h, min] = [Math.floor(minutes / 60), Math.round(minutes % 60)];
  return [h > 0 && `${h} h`, (min > 0 || h === 0) && `${min} min`]
    .filter(Boolean)
    .join(" ");
}

/** "today", "tomorrow", "yesterday", "Mon 3 Aug". */
export function day(ms: number, now = Date.now()): string {
  const on = (at: number) => new Date(at).toDateString();
  if (on(ms) === on(now)) return "today";
  if (on(ms) === on(now - DAY)) return "yesterday";
  if (on(ms) === on(now + DAY)) return "tomorrow";
  const sameYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  return new Date(ms).toLocaleDateString([], {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(!sameYear && { year: "numeric" }),
  });
}

/** A span as "3:07" or "1:02:45". */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [
    Math.floor(seconds / 3600),
    Math.floor(seconds / 60) % 60,
    seconds % 60,
  ];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
