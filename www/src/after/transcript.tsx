"use client";

import type { Chunk, Meeting } from "@connvo/client";
import { useSearch } from "@connvo/client/react";
import {
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import { FoundList } from "@/find/found-list";
import { api } from "@/lib/api";
import { usePages } from "@/lib/pages";
import { clock } from "@/lib/time";
import { turnsOf, type Turn } from "@/transcript/turns";
import { Button } from "@/ui/button";
import { CopyButton } from "@/ui/copy-button";
import { Empty } from "@/ui/empty";
import { Failed } from "@/ui/failed";
import { Waiting } from "@/ui/page-list";
import { SaidTurn } from "./said-turn";

/** What the reads say of speakers has their names already. */
const NO_NAMES: ReadonlyMap<string, string> = new Map();

/** What was said, in the order spoken, to read, to search and to copy. */
export function Transcript({
  meeting,
  at,
  onGo,
}: {
  meeting: Meeting;
  /** The moment to read from; 0 for the beginning. */
  at: number;
  onGo: (ms: number) => void;
}) {
  const id = useId();
  const [q, setQ] = useState("");
  const found = useSearch(api, { q, meetingId: meeting.id });
  const pages = usePages(
    useCallback(
      (after: string | null) =>
        api.transcript.list(meeting.id, { from: at, after, limit: 100 }),
      [meeting.id, at],
    ),
  );
  const { items, first, task } = pages;
  const turns = useMemo(
    () => turnsOf((items ?? []).map(named), [], NO_NAMES),
    [items],
  );
  const origin = meeting.startedAt ?? turns[0]?.startMs ?? 0;
  const top = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (at > 0 && first.value) top.current?.scrollIntoView();
  }, [at, first.value]);
  const error = first.error ?? task.error;
  return (
    <section
      className="card"
      aria-labelledby="transcript"
      aria-busy={!items && !error}
    >
      <div className="card-head">
        <h3 id="transcript" ref={top}>
          Transcript
        </h3>
        {turns.length > 0 && (
          <CopyButton
            small
            label="Copy what is shown"
            text={() => turns.map((turn) => written(turn, origin)).join("\n\n")}
          />
        )}
      </div>
      <search className="field">
        <label htmlFor={id}>Find in this meeting</label>
        <input
          id={id}
          className="input"
          type="search"
          maxLength={1000}
          autoComplete="off"
          value={q}
          onChange={(event) => setQ(event.target.value)}
        />
      </search>
      {q.trim() !== "" && (
        <div className="found-here">
          <FoundList
            view={found}
            heading={({ source, startMs }) =>
              source === "segment" ? (
                <button
                  type="button"
                  className="link"
                  onClick={() => onGo(startMs)}
                >
                  At {clock(startMs - origin)}
                </button>
              ) : (
                <a href={`#${source}`}>
                  {source === "note" ? "In the note" : "In the chat"}
                </a>
              )
            }
          />
        </div>
      )}
      {error && (
        <Failed
          error={error}
          onRetry={first.error ? first.reload : pages.readOn}
        />
      )}
      {at > 0 && (
        <p>
          <Button small onClick={() => onGo(0)}>
            From the beginning
          </Button>
        </p>
      )}
      {!items && !error && <Waiting />}
      {items?.length === 0 && (
        <Empty icon="transcript" title="No transcript">
          <p>Nothing was taken down, or it is kept no longer.</p>
        </Empty>
      )}
      <ol aria-label="What was said">
        {turns.map((turn) => (
          <SaidTurn key={turn.key} turn={turn} origin={origin} q={q} />
        ))}
      </ol>
      {pages.more && (
        <div className="more">
          <Button disabled={task.busy} onClick={pages.readOn}>
            {task.busy ? "Loading…" : "Show more of what was said"}
          </Button>
        </div>
      )}
    </section>
  );
}

/** A chunk under the name that the meeting calls its speaker. */
function named(chunk: Chunk): Chunk {
  const { speaker } = chunk;
  return {
    ...chunk,
    speaker: { ...speaker, label: speaker.name ?? speaker.label },
  };
}

function written({ speaker, startMs, parts }: Turn, origin: number): string {
  const text = parts.map((part) => part.text).join(" ");
  return `${speaker} (${clock(startMs - origin)}): ${text}`;
}
