"use client";

import type { Meeting } from "@connvo/client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useCallback, useState } from "react";
import { api } from "@/lib/api";
import { useLoad } from "@/lib/load";
import { useRules } from "@/lib/rules";
import { useTask } from "@/lib/task";
import { Loading } from "@/ui/loading";
import { Notice } from "@/ui/notice";
import { meetingPath } from "./link";
import { MeetingForm } from "./meeting-form";
import { changesOf, typedOf } from "./typed";

/** Changes what a meeting is planned to be, `/edit?id=…`. */
export function EditMeeting({ id }: { id: string }) {
  const loaded = useLoad(useCallback(() => api.meetings.get(id), [id]));
  return (
    <Loading of={loaded}>
      {(meeting) =>
        "role" in meeting ? (
          <EditForm meeting={meeting} />
        ) : (
          <Notice icon="lock">Only its host changes a meeting.</Notice>
        )
      }
    </Loading>
  );
}

function EditForm({ meeting }: { meeting: Meeting }) {
  const router = useRouter();
  const rules = useRules();
  const task = useTask();
  const [before] = useState(() => typedOf(meeting));
  const [typed, setTyped] = useState(before);
  const refusal = rules?.refusal(meeting, "updateMeeting");
  const save = async () => {
    await api.meetings.update(meeting.id, changesOf(before, typed));
    router.push(meetingPath(meeting.id));
  };
  if (refusal) return <Notice icon="lock">{refusal}.</Notice>;
  return (
    <>
      <p className="row-facts">
        <Link href={meetingPath(meeting.id)}>Back to {meeting.title}</Link>
      </p>
      <MeetingForm
        label="Change the meeting"
        types={["scheduled", "recurring"]}
        timed={meeting.state === "scheduled"}
        typed={typed}
        error={task.error}
        busy={task.busy}
        action="Save"
        onTyped={(change) => setTyped({ ...typed, ...change })}
        onSubmit={() => void task.run(save)}
      />
    </>
  );
}
