"use client";
/** Search as somebody types. */
import { useCallback, useEffect, useMemo, useState } from "react";
import {
  ConnvoError,
  type Api,
  type SearchItem,
  type SearchOptions,
} from "../index.js";

/** What was found. */
export interface SearchView {
  /** The best answers first; null before the first answer to a query. */
  items: SearchItem[] | null;
  /** Whether there are further ones, for `readOn`. */
  more: boolean;
  /** Whether an answer is on its way. */
  busy: boolean;
  error: ConnvoError | null;
  readOn: () => void;
}

const NO_SEARCH = { of: "", items: null, next: null, error: null };

/**
 * Searches as somebody types: asks once `what` has stood still for `delay`
 * milliseconds, and takes back a question that is overtaken. A `q` of blanks asks
 * nothing.
 */
export function useSearch(
  api: Api,
  what: SearchOptions,
  delay = 250,
): SearchView {
  const of = what.q.trim() && JSON.stringify(what);
  const [page, setPage] = useState<string | null>(null);
  const [held, setHeld] = useState<{
    of: string;
    items: SearchItem[] | null;
    next: string | null;
    error: ConnvoError | null;
  }>(NO_SEARCH);
  // A further page is of the question that it was asked for.
  const after = held.of === of && page === held.next ? page : null;
  const asked = held.of === of && after === null;
  useEffect(() => {
    if (!of || asked) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api.search({ ...(JSON.parse(of) as SearchOptions), after }, stop.signal).then(
        ({ items, next }) =>
          setHeld((was) => ({
            of,
            items: after === null ? items : [...(was.items ?? []), ...items],
            next: next ?? null,
            error: null,
          })),
        (failure: unknown) => {
          if (stop.signal.aborted) return;
          const error = ConnvoError.from(failure);
          setHeld((was) =>
            was.of === of
              ? { ...was, error }
              : { of, items: null, next: null, error },
          );
          setPage(null);
        },
      );
    }, after === null ? delay : 0);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [api, of, asked, after, delay]);
  const { items, next, error } = of ? held : NO_SEARCH;
  const busy = of !== "" && !asked;
  const readOn = useCallback(() => setPage(next), [next]);
  return useMemo(
    () => ({ items, more: next !== null, busy, error, readOn }),
    [items, next, busy, error, readOn],
  );
}
