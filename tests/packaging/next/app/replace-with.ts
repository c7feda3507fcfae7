import { diff, type Component } from "@connvo/client";

/** The edit from one text to another. */
export function replaceWith(before: string, after: string): Component[] {
  return diff(before, after);
}
