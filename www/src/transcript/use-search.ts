"use client";

import { useEffect, useMemo, useState, type RefObject } from "react";
import { find, type Finds } from "./find";
import type { Turn } from "./turns";
import { toMiddle } from "./use-follow";

/** What is looked for in a transcript. */
export interface Search {
  query: string;
  finds: Finds;
  count: number;
  /** Which of what was found is looked at. */
  current: number;
  /** Whether the whole meeting is searched, at the server. */
  everywhere: boolean;
  ask: (query: string) => void;
  /** Goes on to the next, or back; round at the ends. */
  step: (by: 1 | -1) => void;
  searchEverywhere: (everywhere: boolean) => void;
  clear: () => void;
}

/** Finds in the turns that are here and brings what is looked at into sight; `stay`
    leaves the box there. */
export function useSearch(
  turns: readonly Turn[],
  scroller: RefObject<HTMLElement | null>,
  stay: () => void,
): Search {
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const [everywhere, setEverywhere] = useState(false);
  const finds = useMemo(() => find(turns, query), [turns, query]);
  const { count } = finds;
  const current = Math.min(at, Math.max(0, count - 1));
  useEffect(() => {
    if (query.trim() === "" || everywhere) return;
    const mark = scroller.current?.querySelector("mark[data-current]");
    if (scroller.current && mark) toMiddle(scroller.current, mark);
  }, [scroller, query, current, everywhere]);
  return {
    query,
    finds,
    count,
    current,
    everywhere,
    ask: (next) => {
      setQuery(next);
      setAt(0);
      if (next.trim() === "") setEverywhere(false);
      else stay();
    },
    step: (by) => {
      if (count > 0) setAt((current + by + count) % count);
      stay();
    },
    searchEverywhere: setEverywhere,
    clear: () => {
      setQuery("");
      setEverywhere(false);
    },
  };
}
