"use client";

import type { ReactNode } from "react";
import type { Pages } from "@/lib/pages";
import { Button } from "./button";
import { Notice } from "./notice";

/** A list that is read a page at a time, with what stands in its place. */
export function PageList<Item>({
  label,
  nothing,
  pages,
  children,
}: {
  label: string;
  /** What is said of an empty list. */
  nothing: string;
  pages: Pages<Item>;
  /** One item, as `<li>` with a key. */
  children: (item: Item) => ReactNode;
}) {
  const { items, more, first, task, readOn } = pages;
  const error = first.error ?? task.error;
  return (
    <>
      {error && (
        <Notice
          tone="bad"
          action={
            <Button small onClick={first.error ? first.reload : readOn}>
              Try again
            </Button>
          }
        >
          {error.message}
        </Notice>
      )}
      {!items && !first.error && <Waiting />}
      {items?.length === 0 && <p className="nothing muted">{nothing}</p>}
      {items && items.length > 0 && (
        <ul className="rows" aria-label={label}>
          {items.map(children)}
        </ul>
      )}
      {more && (
        <div className="more">
          <Button disabled={task.busy} onClick={readOn}>
            {task.busy ? "Loading…" : "Show more"}
          </Button>
        </div>
      )}
    </>
  );
}

/** The shape of a list before it is there. */
export function Waiting() {
  return (
    <div aria-busy="true">
      {[0, 1, 2].map((row) => (
        <div key={row} className="skeleton row-skeleton" />
      ))}
      <span className="visually-hidden" role="status">
        Loading
      </span>
    </div>
  );
}
