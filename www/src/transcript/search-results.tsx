"use client";

import type { Page, SearchItem, Snippet } from "@connvo/client";
import { useCallback, type ReactNode } from "react";
import { api } from "@/lib/api";
import { usePages } from "@/lib/pages";
import { clock, moment } from "@/lib/time";
import { PageList } from "@/ui/page-list";

const WORDS = { segment: "Said", note: "Note", message: "Chat" } as const;

/** What the server finds in the whole meeting: said, noted and written. */
export function SearchResults({
  meetingId,
  query,
  origin,
  onSaid,
}: {
  meetingId: string;
  query: string;
  /** What times are counted from, in milliseconds since the Unix epoch. */
  origin: number;
  /** Shows what was said at a time, in milliseconds since the Unix epoch. */
  onSaid: (startMs: number) => void;
}) {
  const pages = usePages(
    useCallback(
      (after: string | null) => {
        const asked = new URLSearchParams({ q: query, meetingId });
        if (after !== null) asked.set("after", after);
        return api.request<Page<SearchItem>>("GET", `/v1/search?${asked}`);
      },
      [query, meetingId],
    ),
  );
  return (
    <div className="results" data-testid="results">
      <PageList
        label="Found in this meeting"
        nothing="Nothing was found. What was said just now is found some seconds later."
        pages={pages}
      >
        {(item) => (
          <li key={`${item.source} ${item.sourceId}`} className="result">
            <p className="result-head">
              <span className="pill">{WORDS[item.source]}</span>
              {item.speaker && <strong>{item.speaker}</strong>}
              <span className="muted">
                {item.source === "segment"
                  ? clock(item.startMs - origin)
                  : moment(item.startMs)}
              </span>
            </p>
            {item.source === "segment" ? (
              <button
                type="button"
                className="result-text"
                onClick={() => onSaid(item.startMs)}
              >
                {highlighted(item.snippet)}
              </button>
            ) : (
              <p className="result-text">{highlighted(item.snippet)}</p>
            )}
          </li>
        )}
      </PageList>
    </div>
  );
}

function highlighted({ text, highlights }: Snippet): ReactNode {
  const pieces: ReactNode[] = [];
  let end = 0;
  for (const [from, to] of highlights) {
    pieces.push(
      text.slice(end, from),
      <mark key={from}>{text.slice(from, to)}</mark>,
    );
    end = to;
  }
  pieces.push(text.slice(end));
  return pieces;
}
