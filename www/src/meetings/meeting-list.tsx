"use client";

import type { ConnvoError, Meeting, Page } from "@connvo/client";
import { useMeetings } from "@connvo/client/react";
import Link from "next/link";
import { useEffect, useMemo, useState } from "react";
import { Invitations } from "@/invitations/invitations";
import { api, unreachable } from "@/lib/api";
import { useRules } from "@/lib/rules";
import { remembering } from "@/lib/seen";
import { useOnChange } from "@/lib/use-on-change";
import { useSettled } from "@/lib/use-settled";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/empty";
import { Failed } from "@/ui/failed";
import { Icon } from "@/ui/icon";
import { Notice } from "@/ui/notice";
import { CreateForm } from "./create-form";
import { EVERY, Filters, optionsOf } from "./filters";
import { MeetingRow } from "./meeting-row";
import { MeetingsSkeleton } from "./meetings-skeleton";
import { useMeetingPages } from "./use-meeting-pages";

/** My meetings that fit, newest first, a page at a time; read again when one of
    them changes. Without a network those that were seen last. */
export function MeetingList({ userId }: { userId: string }) {
  const rules = useRules();
  const live = useMeetings();
  const [filter, setFilter] = useState(EVERY);
  const which = optionsOf(useSettled(filter));
  const all = Object.keys(which).length === 0;
  const memory = useMemo(
    () => (all ? remembering<Page<Meeting>>(`${userId}.meetings`) : undefined),
    [all, userId],
  );
  const pages = useMeetingPages(api.meetings.list, which, memory);
  const { loaded, shown } = pages;
  const { error, reload } = loaded;
  useOnChange(live, reload);
  useOnline(reload);

  if (!shown) {
    if (!error) return <MeetingsSkeleton />;
    return <Failed error={error} onRetry={reload} />;
  }
  const mine = live ?? shown.items;
  return (
    <>
      {error && shown.items.length > 0 && (
        <OldList error={error} onRetry={reload} />
      )}
      <CreateForm />
      <p className="beside">
        <Link href="/new" className="button">
          <Icon name="calendar" />
          Plan a meeting
        </Link>
      </p>
      <Invitations meetings={mine} rules={rules} onAnswer={reload} />
      <Filters filter={filter} mine onFilter={setFilter} />
      {error && shown.items.length === 0 && (
        <Failed error={error} onRetry={reload} />
      )}
      <div aria-busy={pages.stale} className="meetings-part">
        {shown.items.length === 0 && !error ? (
          <Nothing all={all} />
        ) : (
          <ul className="meetings" aria-label="My meetings">
            {shown.items.map((meeting) => (
              <MeetingRow key={meeting.id} meeting={meeting} rules={rules} />
            ))}
          </ul>
        )}
      </div>
      <p className="visually-hidden" role="status">
        {all ? "" : `${shown.items.length} fit`}
      </p>
      {shown.next !== null && (
        <div className="more">
          <Button onClick={pages.readOn}>Show older meetings</Button>
        </div>
      )}
    </>
  );
}

function Nothing({ all }: { all: boolean }) {
  return all ? (
    <Empty icon="note" title="No meetings yet">
      <p>Create one above, or open the link that somebody has sent you.</p>
    </Empty>
  ) : (
    <Empty icon="search" title="No meeting fits">
      <p>Loosen the filter to see others.</p>
    </Empty>
  );
}

/** Says that the list below is the one that was seen last. */
function OldList({
  error,
  onRetry,
}: {
  error: ConnvoError;
  onRetry: () => void;
}) {
  return (
    <div className="old-list" role="status">
      <Notice
        tone="warn"
        icon="cloudOff"
        action={
          <Button small onClick={onRetry}>
            Try again
          </Button>
        }
      >
        {unreachable(error)
          ? "You are offline. These are your meetings as last seen; their notes can be written in."
          : `${error.message} These are your meetings as last seen.`}
      </Notice>
    </div>
  );
}

/** Runs `reload` when the device has a network again. */
function useOnline(reload: () => void): void {
  useEffect(() => {
    addEventListener("online", reload);
    return () => removeEventListener("online", reload);
  }, [reload]);
}
