"use client";

import type { PublicMeeting } from "@connvo/client";
import { useMeetings } from "@connvo/client/react";
import Link from "next/link";
import { useState } from "react";
import { api } from "@/lib/api";
import { useOnChange } from "@/lib/use-on-change";
import { useSettled } from "@/lib/use-settled";
import { EVERY, Filters, optionsOf } from "@/meetings/filters";
import { meetingPath } from "@/meetings/link";
import { StatePill } from "@/meetings/state-pill";
import { Tags } from "@/meetings/tags";
import { useMeetingPages } from "@/meetings/use-meeting-pages";
import { when } from "@/meetings/words";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { Failed } from "@/ui/failed";
import { Waiting } from "@/ui/page-list";
import { JoinButton } from "./join-button";

/** Meetings that anybody may learn of, and coming into them. */
export function PublicList() {
  const live = useMeetings();
  const [filter, setFilter] = useState(EVERY);
  const which = optionsOf(useSettled(filter));
  const pages = useMeetingPages(api.meetings.public, which);
  const { error, reload } = pages.loaded;
  const { shown } = pages;
  useOnChange(live, reload);
  return (
    <>
      <Filters filter={filter} mine={false} onFilter={setFilter} />
      {error && <Failed error={error} onRetry={reload} />}
      {!shown && !error && <Waiting />}
      {shown?.items.length === 0 && (
        <Empty icon="people" title="No public meeting">
          <p>What others make public, and fits the filter, appears here.</p>
        </Empty>
      )}
      {shown && shown.items.length > 0 && (
        <ul className="rows" aria-label="Public meetings">
          {shown.items.map((meeting) => (
            <PublicRow
              key={meeting.id}
              meeting={meeting}
              mine={live?.some(
                ({ id, status }) =>
                  id === meeting.id &&
                  status !== "left" &&
                  status !== "declined",
              )}
              onAnswer={reload}
            />
          ))}
        </ul>
      )}
      {shown && shown.next !== null && (
        <div className="more">
          <Button onClick={pages.readOn}>Show older meetings</Button>
        </div>
      )}
    </>
  );
}

function PublicRow({
  meeting,
  mine,
  onAnswer,
}: {
  meeting: PublicMeeting;
  mine: boolean | undefined;
  onAnswer: () => void;
}) {
  const { id, title, state, description, participantCount } = meeting;
  const open = state === "scheduled" || state === "active";
  return (
    <li className="row" data-testid="public-meeting">
      <div className="row-words">
        <Link href={meetingPath(id)} className="row-title row-link">
          {title}
        </Link>
        {description && <p className="clamped">{description}</p>}
        <p className="row-facts">
          <StatePill state={state} />
          <span>{when(meeting)}</span>
          <span>{participantCount} taking part</span>
          <Tags tags={meeting.tags} />
        </p>
      </div>
      {mine ? (
        <span className="pill">yours</span>
      ) : (
        open && <JoinButton meeting={meeting} onAnswer={onAnswer} />
      )}
    </li>
  );
}
