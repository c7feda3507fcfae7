"use client";

import type { SearchItem } from "@connvo/client";
import type { SearchView } from "@connvo/client/react";
import type { ReactNode } from "react";
import { dated } from "@/lib/time";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { SnippetText } from "./marked";

const SOURCES = {
  segment: "Transcript",
  note: "Note",
  message: "Chat",
} as const;

/** What a search has found, the best first. */
export function FoundList({
  view,
  heading,
}: {
  view: SearchView;
  /** What a find is called, as a link or button that leads there. */
  heading: (item: SearchItem) => ReactNode;
}) {
  const { items, more, busy, error, readOn } = view;
  return (
    <div aria-busy={busy}>
      <p className="visually-hidden" role="status">
        {busy ? "Searching" : items && `${items.length} found`}
      </p>
      {error && <Notice tone="bad">{saidOf(error)}</Notice>}
      {items?.length === 0 && !error && (
        <p className="nothing muted">Nothing was found.</p>
      )}
      {items && items.length > 0 && (
        <ol className="rows" aria-label="Found">
          {items.map((item) => (
            <li
              key={`${item.meetingId} ${item.source} ${item.sourceId}`}
              className="row found"
              data-testid="found"
              data-source={item.source}
            >
              <div className="row-words">
                <p className="row-title">{heading(item)}</p>
                <p className="found-text">
                  <SnippetText {...item.snippet} />
                </p>
                <p className="row-facts">
                  <span>{SOURCES[item.source]}</span>
                  {item.speaker && <span>{item.speaker}</span>}
                  <span>{dated(item.startMs)}</span>
                </p>
              </div>
            </li>
          ))}
        </ol>
      )}
      {more && (
        <div className="more">
          <Button disabled={busy} onClick={readOn}>
            {busy ? "Loading…" : "Show more"}
          </Button>
        </div>
      )}
    </div>
  );
}

function saidOf({ errors, message }: NonNullable<SearchView["error"]>): string {
  return errors[0]?.message ?? message;
}
