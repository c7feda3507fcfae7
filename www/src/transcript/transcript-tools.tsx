"use client";

import type { Meeting, MeetingNow } from "@connvo/client";
import { useClient } from "@connvo/client/react";
import type { KeyboardEvent } from "react";
import { useRules } from "@/lib/rules";
import type { Task } from "@/lib/task";
import { IconButton } from "@/ui/button";
import { CopyButton } from "@/ui/copy-button";
import { Icon } from "@/ui/icon";
import type { Search } from "./use-search";

/** Above the transcript: finding in it, copying it, speaking, and pausing it. */
export function TranscriptTools({
  meeting,
  now,
  search,
  task,
  speech,
  text,
}: {
  meeting: Meeting;
  now: MeetingNow | null;
  search: Search;
  /** Pauses and goes on; its failure is shown below. */
  task: Task;
  /** The microphone of this page; null where it cannot be used. */
  speech: { on: boolean; toggle: () => void } | null;
  /** All that is here, as it is copied. */
  text: () => string;
}) {
  const { query, count, current, everywhere } = search;
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Enter") search.step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && query !== "") search.clear();
    else return;
    event.preventDefault();
  };
  const asked = query.trim() !== "";
  return (
    <div className="transcript-tools">
      <div className="find" role="search" aria-label="In what was said">
        <Icon name="search" />
        <input
          type="text"
          aria-label="Find in what was said"
          placeholder="Find"
          maxLength={200}
          value={query}
          onChange={({ target }) => search.ask(target.value)}
          onKeyDown={keys}
        />
        <span className="find-count" role="status" data-testid="find-count">
          {asked && (count === 0 ? "0" : `${current + 1} of ${count}`)}
        </span>
      </div>
      {asked ? (
        <>
          <IconButton
            small
            icon="arrowUp"
            label="Previous"
            disabled={count === 0 || everywhere}
            onClick={() => search.step(-1)}
          />
          <IconButton
            small
            icon="arrowDown"
            label="Next"
            disabled={count === 0 || everywhere}
            onClick={() => search.step(1)}
          />
          <IconButton
            small
            icon="close"
            label="Find no more"
            onClick={search.clear}
          />
        </>
      ) : (
        <>
          {speech && (
            <IconButton
              small
              icon="microphone"
              look={speech.on ? "primary" : "quiet"}
              label={speech.on ? "Speak no longer" : "Speak"}
              aria-pressed={speech.on}
              onClick={speech.toggle}
            />
          )}
          <PauseButton meeting={meeting} now={now} task={task} />
          <CopyButton
            small
            iconOnly
            label="Copy all that is here"
            text={text}
          />
        </>
      )}
    </div>
  );
}

function PauseButton({
  meeting,
  now,
  task,
}: {
  meeting: Meeting;
  now: MeetingNow | null;
  task: Task;
}) {
  const rules = useRules();
  const client = useClient();
  const status = now?.transcriptionStatus ?? "inactive";
  if (status === "inactive") return null;
  if (rules?.refusal(meeting, "controlTranscription") !== null) return null;
  const paused = status === "paused";
  const type = paused ? "resumeTranscription" : "pauseTranscription";
  return (
    <IconButton
      small
      icon={paused ? "play" : "pause"}
      look={paused ? "primary" : "quiet"}
      label={paused ? "Take down again" : "Pause taking down"}
      disabled={task.busy || !client}
      onClick={() =>
        void task.run(async () => client?.call({ type, meetingId: meeting.id }))
      }
    />
  );
}
