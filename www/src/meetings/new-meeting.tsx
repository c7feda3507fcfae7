"use client";

import type { Meeting, Role } from "@connvo/client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { inviteAll, type Refused } from "@/invitations/invite-all";
import { InviteFields } from "@/invitations/invite-fields";
import { api } from "@/lib/api";
import { useOnce } from "@/lib/once";
import { useTask } from "@/lib/task";
import { Notice } from "@/ui/notice";
import { meetingPath, roomPath } from "./link";
import { MeetingForm } from "./meeting-form";
import { blank, draftOf } from "./typed";

/** Makes a meeting, asks people to it, and goes there. */
export function NewMeeting() {
  const router = useRouter();
  const task = useTask();
  const once = useOnce();
  const [typed, setTyped] = useState(() => blank(Date.now()));
  const [emails, setEmails] = useState("");
  const [role, setRole] = useState<Role>("participant");
  const [left, setLeft] = useState<[Meeting, Refused[]]>();
  const create = async () => {
    const draft = draftOf(typed);
    const make = (key: string) => api.meetings.create(draft, key);
    const meeting = await once(draft, make);
    const refused = await inviteAll(meeting.id, emails, role);
    if (refused.length > 0) setLeft([meeting, refused]);
    else router.push(whereTo(meeting));
  };
  if (left) return <Uninvited meeting={left[0]} refused={left[1]} />;
  return (
    <MeetingForm
      label="New meeting"
      types={["scheduled", "recurring", "instant"]}
      typed={typed}
      error={task.error}
      busy={task.busy}
      action={typed.type === "instant" ? "Create and enter" : "Create"}
      onTyped={(change) => setTyped({ ...typed, ...change })}
      onSubmit={() => void task.run(create)}
    >
      <InviteFields
        emails={emails}
        role={role}
        onEmails={setEmails}
        onRole={setRole}
      />
    </MeetingForm>
  );
}

/** Who could not be asked to a meeting that is made. */
function Uninvited({
  meeting,
  refused,
}: {
  meeting: Meeting;
  refused: readonly Refused[];
}) {
  return (
    <div className="stack" role="status">
      <Notice tone="warn">
        {meeting.title} is made, but not everybody could be invited:
        <ul>
          {refused.map(({ email, message }) => (
            <li key={email}>
              {email}: {message}
            </li>
          ))}
        </ul>
      </Notice>
      <p>
        <Link href={whereTo(meeting)} className="button button-primary">
          To the meeting
        </Link>
      </p>
    </div>
  );
}

function whereTo({ id, type }: Meeting): string {
  return type === "instant" ? roomPath(id) : meetingPath(id);
}
