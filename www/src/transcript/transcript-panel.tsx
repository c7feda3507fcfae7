"use client";

import type { Entitlements, Meeting, MeetingNow } from "@connvo/client";
import { useSpeechCapture, useTranscript } from "@connvo/client/react";
import { memo, useEffect, useMemo, useState } from "react";
import { useRules } from "@/lib/rules";
import type { Session } from "@/lib/session";
import { useTask } from "@/lib/task";
import { runsIt } from "@/people/standing";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { Notice } from "@/ui/notice";
import { wordsOf } from "./find";
import { RenameDialog } from "./rename-dialog";
import { SearchResults } from "./search-results";
import { TranscriptTools } from "./transcript-tools";
import { TurnView } from "./turn-view";
import { turnsOf, type Turn } from "./turns";
import { useJump } from "./use-jump";
import { useNames } from "./use-names";
import { useSearch } from "./use-search";
import { useNotTaken } from "./use-not-taken";
import { useEarlier } from "./use-earlier";
import { useFollow } from "./use-follow";

/** What is said, live. Follows the end until the reader scrolls up. */
export const TranscriptPanel = memo(function TranscriptPanel({
  meeting,
  plan,
  now,
  session,
  onSpoken,
}: {
  meeting: Meeting;
  /** What the meeting's plan gives. */
  plan: Entitlements | undefined;
  /** The meeting as it is now. */
  now: MeetingNow | null;
  session: Session;
  /** Somebody speaks in a meeting that had not started as far as known. */
  onSpoken: () => void;
}) {
  const transcript = useTranscript(meeting.id);
  const { items, interim, first, error } = transcript;
  const earlier = useEarlier(meeting.id, transcript);
  const names = useNames(meeting.id, items);
  const turns = useMemo(
    () => turnsOf(items, interim, names),
    [items, interim, names],
  );
  const origin = meeting.startedAt ?? turns[0]?.startMs ?? 0;
  const follow = useFollow(first);
  const { scroller, content, following, onScroll, jump } = follow;
  const search = useSearch(turns, scroller, follow.stay);
  const { finds, current } = search;
  const showSaid = useJump(turns, earlier, follow);

  const rules = useRules();
  const mayRename = rules?.refusal(meeting, "renameSpeaker") === null;
  const runs = runsIt(meeting);
  const [renamed, setRenamed] = useState<Turn>();

  const pausing = useTask();
  const speech = useSpeechCapture(meeting.id);
  const maySpeak =
    speech.state !== "unsupported" &&
    rules?.refusal(meeting, "appendTranscript") === null;
  const listening = speech.state === "listening";

  const unable = useNotTaken(meeting, plan);
  const paused = now?.transcriptionStatus === "paused";
  const notTaken = paused ? "it is paused" : unable;

  const begun = turns.length > 0 && meeting.state === "scheduled";
  useEffect(() => {
    if (begun) onSpoken();
  }, [begun, onSpoken]);

  return (
    <section className="transcript" aria-label="Transcript">
      <TranscriptTools
        meeting={meeting}
        now={now}
        search={search}
        task={pausing}
        speech={
          maySpeak
            ? { on: listening, toggle: listening ? speech.stop : speech.start }
            : null
        }
        text={() => turns.map(wordsOf).join("\n")}
      />
      {now !== null && now.topics.length > 0 && (
        <p className="muted topics" data-testid="topics">
          About {now.topics.join(", ")}
        </p>
      )}
      {search.query.trim() !== "" && (
        <div className="find-where">
          <Button
            small
            aria-pressed={search.everywhere}
            onClick={() => search.searchEverywhere(!search.everywhere)}
          >
            {search.everywhere
              ? "Only what is here"
              : "Search the whole meeting"}
          </Button>
        </div>
      )}
      {[error, pausing.error, speech.error].map(
        (failure, at) =>
          failure && (
            <Notice key={at} tone="bad">
              {failure.message}
            </Notice>
          ),
      )}
      {search.everywhere && (
        <SearchResults
          meetingId={meeting.id}
          query={search.query.trim()}
          origin={origin}
          onSaid={(startMs) => {
            search.clear();
            follow.stay();
            showSaid(startMs);
          }}
        />
      )}
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
        hidden={search.everywhere}
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
              <TurnView
                key={turn.key}
                turn={turn}
                origin={origin}
                found={finds.byTurn.get(turn.key)}
                current={current}
                onRename={
                  mayRename && (runs || turn.userId === session.userId)
                    ? setRenamed
                    : null
                }
              />
            ))}
          </ol>
        </div>
      </div>
      {renamed && (
        <RenameDialog
          meetingId={meeting.id}
          turn={renamed}
          onClose={() => setRenamed(undefined)}
        />
      )}
      {!following && !search.everywhere && (
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
