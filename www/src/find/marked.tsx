import type { Snippet } from "@connvo/client";
import { Fragment, useMemo, type ReactNode } from "react";

/** A piece of a text with what was found in it marked. Ranges count UTF-16 code
    units, as strings do here. */
export function SnippetText({ text, highlights }: Snippet) {
  const parts: ReactNode[] = [];
  let done = 0;
  for (const [from, to] of highlights) {
    parts.push(text.slice(done, from));
    parts.push(<mark key={from}>{text.slice(from, to)}</mark>);
    done = to;
  }
  parts.push(text.slice(done));
  return parts.map((part, at) => <Fragment key={at}>{part}</Fragment>);
}

/** A text with every place marked where one of the words of `q` begins. */
export function Marked({ text, q }: { text: string; q: string }) {
  const pattern = useMemo(() => patternOf(q), [q]);
  if (!pattern) return text;
  const highlights = Array.from(
    text.matchAll(pattern),
    ({ index, 0: found }): [number, number] => [index, index + found.length],
  );
  return <SnippetText text={text} highlights={highlights} />;
}

/** What shows a query's words in a text; none for a query without words to show. */
export function patternOf(q: string): RegExp | undefined {
  const words = q
    .split(/\s+/)
    .filter((part) => !part.startsWith("-"))
    .join(" ")
    .match(/[\p{L}\p{N}]+/gu);
  if (!words) return undefined;
  const either = words.sort((a, b) => b.length - a.length).join("|");
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${either})[\\p{L}\\p{N}]*`, "giu");
}
