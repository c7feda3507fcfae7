"use client";

import type { Meeting, Participant, Role } from "@connvo/client";
import { useClient } from "@connvo/client/react";
import { useState } from "react";
import { useRules } from "@/lib/rules";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Select } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { RightsField, type Rights } from "./rights-field";

const ROLES: Role[] = ["observer", "participant", "co-host"];

/** What somebody is in the meeting and may do there, and making them its host. */
export function ManageDialog({
  meeting,
  person,
  name,
  onClose,
}: {
  meeting: Meeting;
  person: Participant;
  name: string;
  onClose: () => void;
}) {
  const rules = useRules();
  const client = useClient();
  const task = useTask();
  const [role, setRole] = useState(person.role);
  const [rights, setRights] = useState<Rights>({
    canShare: person.canShare,
    canRecord: person.canRecord,
    canInvite: person.canInvite,
  });
  const [sure, setSure] = useState(false);
  const { userId, email: who } = person;
  const meetingId = meeting.id;
  const mayHandOver =
    userId !== null && rules?.refusal(meeting, "handOverHost") === null;
  const save = async () => {
    const changes = role === "participant" ? { role, ...rights } : { role };
    await client?.call({ type: "changeParticipant", meetingId, who, changes });
  };
  const handOver = async () => {
    if (userId === null) return;
    await client?.call({ type: "handOverHost", meetingId, userId });
  };
  const run = (work: () => Promise<void>) =>
    void task.run(work).then((done) => {
      if (done) onClose();
    });
  return (
    <Dialog title={name} small onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run(save);
        }}
      >
        <div className="dialog-body stack">
          <Select
            label="Role"
            value={role}
            onChange={({ target }) => setRole(target.value as Role)}
          >
            {ROLES.map((one) => (
              <option key={one}>{one}</option>
            ))}
          </Select>
          {role === "participant" && (
            <RightsField rights={rights} onRights={setRights} />
          )}
          {mayHandOver && (
            <div className="hand-over">
              {sure ? (
                <>
                  <p>
                    {name} becomes the host, and you a co-host. Only {name} can
                    give it back.
                  </p>
                  <Button
                    look="danger"
                    disabled={task.busy}
                    onClick={() => run(handOver)}
                  >
                    Hand over to {name}
                  </Button>
                </>
              ) : (
                <Button onClick={() => setSure(true)}>Make them host…</Button>
              )}
            </div>
          )}
          {task.error && <Notice tone="bad">{task.error.message}</Notice>}
        </div>
        <div className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={task.busy || !client}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
