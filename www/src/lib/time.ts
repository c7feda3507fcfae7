const DAY = 86_400_000;

/** "14:05", or with the day where it was not today. */
export function moment(ms: number, now = Date.now()): string {
  const date = new Date(ms);
  const time = date.toLocaleTimeString([], {
    hour: "2-digit",
    minute: "2-digit",
  });
  if (new Date(now).toDateString() === date.toDateString()) return time;
  return `${day(ms, now)}, ${time}`;
}

/** "today", "yesterday", "Mon 3 Aug". */
export function day(ms: number, now = Date.now()): string {
  const on = (at: number) => new Date(at).toDateString();
  if (on(ms) === on(now)) return "today";
  if (on(ms) === on(now - DAY)) return "yesterday";
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
