import type { Component } from "@connvo/client";

/** The edit from one text to another: what is between their common ends. */
export function replaceWith(before: string, after: string): Component[] {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < Math.min(before.length, after.length) - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  ) {
    end += 1;
  }
  // Never between the halves of a surrogate pair.
  if (isLow(before, start) || isLow(after, start)) start -= 1;
  if (isLow(before, before.length - end) || isLow(after, after.length - end)) {
    end -= 1;
  }
  const steps: Component[] = [];
  if (start > 0) steps.push({ retain: start });
  const insert = after.slice(start, after.length - end);
  if (insert) steps.push({ insert });
  const gone = before.length - end - start;
  if (gone > 0) steps.push({ delete: gone });
  return steps;
}

function isLow(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return at > 0 && unit >= 0xdc00 && unit <= 0xdfff;
}
