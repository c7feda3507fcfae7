"use client";

import type { Meeting, Participant, VersionGroup } from "@connvo/client";
import { useCallback, useState } from "react";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Empty } from "@/ui/empty";
import { Notice } from "@/ui/notice";
import { VersionList } from "./version-list";
import { VersionView } from "./version-view";

/** The note's versions: who wrote when, what it changed, and the way back. */
export function HistoryDialog({
  meeting,
  people,
  writable,
  now,
  onClose,
}: {
  meeting: Meeting;
  people: readonly Participant[] | undefined;
  writable: boolean;
  /** The note's text at this moment. */
  now: () => string;
  onClose: () => void;
}) {
  const first = useLoad(
    useCallback(() => api.note.history(meeting.id), [meeting.id]),
  );
  const [more, setMore] = useState<VersionGroup[]>([]);
  const [next, setNext] = useState<string | null>();
  const [chosen, setChosen] = useState<VersionGroup>();
  const task = useTask();

  const versions = [...(first.value?.items ?? []), ...more];
  const older = next === undefined ? (first.value?.next ?? null) : next;
  const shown = chosen ?? versions[0];
  const readOn = async () => {
    const page = await api.note.history(meeting.id, { after: older });
    setMore([...more, ...page.items]);
    setNext(page.next ?? null);
  };
  return (
    <Dialog title="Note history" onClose={onClose}>
      {first.error && (
        <div className="dialog-body">
          <Notice
            tone="bad"
            action={
              <Button small onClick={first.reload}>
                Try again
              </Button>
            }
          >
            {first.error.message}
          </Notice>
        </div>
      )}
      {first.value && versions.length === 0 && (
        <Empty icon="history" title="No versions yet">
          <p>What is written into the note appears here, by author and time.</p>
        </Empty>
      )}
      {!first.value && !first.error && (
        <p className="dialog-body muted" role="status">
          Reading the history…
        </p>
      )}
      {shown && (
        <div className="history">
          <div className="history-list">
            <VersionList
              versions={versions}
              people={people}
              chosen={shown}
              onChoose={setChosen}
            />
            {older !== null && (
              <Button
                small
                disabled={task.busy}
                onClick={() => void task.run(readOn)}
              >
                Older versions
              </Button>
            )}
            {task.error && <Notice tone="bad">{task.error.message}</Notice>}
          </div>
          <VersionView
            key={shown.sequence}
            meeting={meeting}
            version={shown}
            people={people}
            writable={writable}
            now={now}
            onRestored={onClose}
          />
        </div>
      )}
    </Dialog>
  );
}
