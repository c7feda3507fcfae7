"use client";

import type { Meeting } from "@connvo/client";
import { useCallback } from "react";
import { api } from "@/lib/api";
import { usePages } from "@/lib/pages";
import { clock } from "@/lib/time";
import { PageList } from "@/ui/page-list";
import { tone } from "./tone";

/** The transcript in pieces: when each was, who spoke in what tone, and what it is about. */
export function Moments({
  meeting,
  onGo,
}: {
  meeting: Meeting;
  onGo: (ms: number) => void;
}) {
  const { id, startedAt } = meeting;
  const pages = usePages(
    useCallback(
      (after: string | null) =>
        api.transcript.segments(id, { after, limit: 20 }),
      [id],
    ),
  );
  const origin = startedAt ?? pages.items?.[0]?.startMs ?? 0;
  return (
    <section className="card" aria-labelledby="moments">
      <h3 id="moments">Moments</h3>
      <PageList
        label="Moments"
        nothing="Nothing was said, or it is not put together yet."
        pages={pages}
      >
        {({ id: key, startMs, speakers, sentiment, keyPhrases, text }) => (
          <li key={key} className="row" data-testid="moment">
            <div className="row-words">
              <p className="row-title">
                <button
                  type="button"
                  className="link"
                  onClick={() => onGo(startMs)}
                >
                  {clock(startMs - origin)}
                </button>{" "}
                {speakers.map((one) => one.name ?? one.label).join(", ")}{" "}
                {tone(sentiment) && (
                  <span className="tag">{tone(sentiment)}</span>
                )}
              </p>
              <p className="row-facts clamped">
                {keyPhrases.length === 0
                  ? text
                  : keyPhrases.map((phrase) => (
                      <span key={phrase} className="tag">
                        {phrase}
                      </span>
                    ))}
              </p>
            </div>
          </li>
        )}
      </PageList>
    </section>
  );
}
