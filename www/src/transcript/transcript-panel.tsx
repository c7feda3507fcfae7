"use client";

import type { Entitlements, Meeting } from "@connvo/client";
import { useTranscript } from "@connvo/client/react";
import { memo, useEffect, useMemo } from "react";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { Notice } from "@/ui/notice";
import { TurnView } from "./turn-view";
import { turnsOf } from "./turns";
import { useNotTaken } from "./use-not-taken";
import { useEarlier } from "./use-earlier";
import { useFollow } from "./use-follow";

/** What is said, live. Follows the end until the reader scrolls up. */
export const TranscriptPanel = memo(function TranscriptPanel({
  meeting,
  plan,
  onSpoken,
}: {
  meeting: Meeting;
  /** What the meeting's plan gives. */
  plan: Entitlements | undefined;
  /** Somebody speaks in a meeting that had not started as far as known. */
  onSpoken: () => void;
}) {
  const transcript = useTranscript(meeting.id);
  const { items, interim, first, error } = transcript;
  const earlier = useEarlier(meeting.id, transcript);
  const turns = useMemo(() => turnsOf(items, interim), [items, interim]);
  const origin = meeting.startedAt ?? turns[0]?.startMs ?? 0;
  const { scroller, content, following, onScroll, jump } = useFollow(first);

  const notTaken = useNotTaken(meeting, plan);

  const begun = turns.length > 0 && meeting.state === "scheduled";
  useEffect(() => {
    if (begun) onSpoken();
  }, [begun, onSpoken]);

  return (
    <section className="transcript" aria-label="Transcript">
      {error && <Notice tone="bad">{error.message}</Notice>}
      <div role="status">
        {notTaken !== null && (
          <div data-testid="not-taken">
            <Notice icon="lock">Nothing is taken down: {notTaken}.</Notice>
          </div>
        )}
      </div>
      <div
        ref={scroller}
        className="transcript-scroll"
        onScroll={onScroll}
        tabIndex={0}
        role="group"
        aria-label="What was said"
        data-testid="transcript"
      >
        {earlier.more && (
          <div className="more">
            <Button
              small
              disabled={earlier.task.busy}
              onClick={() => void earlier.read()}
            >
              {earlier.task.busy ? "Loading…" : "Show earlier"}
            </Button>
          </div>
        )}
        {earlier.task.error && (
          <Notice tone="bad">{earlier.task.error.message}</Notice>
        )}
        {turns.length === 0 && !error && <Nothing meeting={meeting} />}
        <div role="log" aria-label="Transcript">
          <ol ref={content}>
            {turns.map((turn) => (
              <TurnView key={turn.key} turn={turn} origin={origin} />
            ))}
          </ol>
        </div>
      </div>
      {!following && (
        <Button
          className="jump"
          look="primary"
          small
          icon="arrowDown"
          onClick={jump}
        >
          Jump to latest
        </Button>
      )}
    </section>
  );
});

function Nothing({ meeting: { state } }: { meeting: Meeting }) {
  return (
    <Empty
      icon="transcript"
      title={state === "active" ? "Nobody has spoken yet" : "No transcript"}
    >
      <p>
        {state === "scheduled"
          ? "What is said appears here once the meeting has started."
          : state === "active"
            ? "What is said appears here as it is spoken."
            : "Nothing was taken down in this meeting."}
      </p>
    </Empty>
  );
}
