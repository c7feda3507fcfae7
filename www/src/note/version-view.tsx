"use client";

import type { Meeting, Participant, VersionGroup } from "@connvo/client";
import { useCallback, useState } from "react";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { useRules } from "@/lib/rules";
import { useTask } from "@/lib/task";
import { moment } from "@/lib/time";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { DiffView } from "./diff-view";
import { authorOf } from "./version";

type Against = "before" | "now";

/** What a version changed, or how it differs from now; and restoring it. */
export function VersionView({
  meeting,
  version,
  people,
  writable,
  now,
  onRestored,
}: {
  meeting: Meeting;
  version: VersionGroup;
  people: readonly Participant[] | undefined;
  writable: boolean;
  now: () => string;
  onRestored: () => void;
}) {
  const { firstSequence, sequence } = version;
  const texts = useLoad(
    useCallback(
      () =>
        Promise.all([
          textAt(meeting.id, firstSequence - 1),
          textAt(meeting.id, sequence),
        ]),
      [meeting.id, firstSequence, sequence],
    ),
  );
  const [against, setAgainst] = useState<Against>("before");
  const rules = useRules();
  const task = useTask();
  const restore = async () => {
    await api.note.restore(meeting.id, sequence);
    onRestored();
  };
  return (
    <section className="history-view" aria-label="Version">
      <div className="history-head">
        <div>
          <h3>{authorOf(version, people)}</h3>
          <p className="muted">
            {moment(version.startedAt)} – {moment(version.endedAt)}
          </p>
        </div>
        {writable && (
          <Button
            look="primary"
            icon="restore"
            disabled={task.busy}
            onClick={() => void task.run(restore)}
          >
            Restore
          </Button>
        )}
      </div>
      <div className="switch" role="group" aria-label="Compare">
        <Choice value="before" chosen={against} onChoose={setAgainst}>
          What it changed
        </Choice>
        <Choice value="now" chosen={against} onChoose={setAgainst}>
          From then to now
        </Choice>
      </div>
      {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      {texts.error && <Notice tone="bad">{texts.error.message}</Notice>}
      {texts.value && rules ? (
        <Compare
          rules={rules}
          from={texts.value[against === "before" ? 0 : 1]}
          to={against === "before" ? texts.value[1] : now()}
        />
      ) : (
        !texts.error && <div className="diff skeleton" aria-busy="true" />
      )}
    </section>
  );
}

function Compare({
  rules,
  from,
  to,
}: {
  rules: NonNullable<ReturnType<typeof useRules>>;
  from: string;
  to: string;
}) {
  return <DiffView from={from} edit={rules.diff(from, to)} />;
}

function Choice({
  value,
  chosen,
  onChoose,
  children,
}: {
  value: Against;
  chosen: Against;
  onChoose: (value: Against) => void;
  children: string;
}) {
  return (
    <button
      type="button"
      aria-pressed={value === chosen}
      onClick={() => onChoose(value)}
    >
      {children}
    </button>
  );
}

/** The note's text at a sequence; before the first it was empty. */
async function textAt(meetingId: string, sequence: number): Promise<string> {
  if (sequence < 1) return "";
  return (await api.note.version(meetingId, sequence)).content;
}
