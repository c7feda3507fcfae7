import type { Turn } from "./turns";

/** Where something was found in a turn: in which part, from where to where in UTF-16
    code units, and how many were found before. */
export interface Found {
  part: number;
  from: number;
  to: number;
  /** Its place among all that was found. */
  index: number;
}

/** What was found, by turn, and how often in all. */
export interface Finds {
  byTurn: ReadonlyMap<string, readonly Found[]>;
  count: number;
}

const NOTHING: Finds = { byTurn: new Map(), count: 0 };

/** Every place where the words stand as they are asked for, whatever their case. */
export function find(turns: readonly Turn[], wanted: string): Finds {
  const words = wanted.trim().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return NOTHING;
  const pattern = new RegExp(words.map(escape).join("\\s+"), "giu");
  const byTurn = new Map<string, Found[]>();
  let count = 0;
  for (const turn of turns) {
    const found: Found[] = [];
    // What is asked for may stand over the border of two pieces of speech.
    const whole = turn.parts.map(({ text }) => text).join(" ");
    for (const { 0: hit, index } of whole.matchAll(pattern)) {
      found.push(...cut(turn, index, index + hit.length, count));
      count += 1;
    }
    if (found.length > 0) byTurn.set(turn.key, found);
  }
  return { byTurn, count };
}

/** A place in the words of a turn, as places in its parts. */
function cut(turn: Turn, from: number, to: number, index: number): Found[] {
  const found: Found[] = [];
  let begin = 0;
  for (const [part, { text }] of turn.parts.entries()) {
    const [first, last] = [
      Math.max(from, begin),
      Math.min(to, begin + text.length),
    ];
    if (first < last) {
      found.push({ part, from: first - begin, to: last - begin, index });
    }
    begin += text.length + 1;
  }
  return found;
}

function escape(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** A turn as it is copied. */
export function wordsOf(turn: Turn): string {
  const words = turn.parts.filter(({ interim }) => !interim);
  return `${turn.speaker}: ${words.map(({ text }) => text).join(" ")}`;
}
