"use client";

import type { Org } from "@connvo/client";
import { useTask } from "@/lib/task";
import { moment } from "@/lib/time";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { orgs } from "./api";
import { roleName } from "./words";

/** An organisation that I am asked into: I accept, or decline. */
export function InvitedRow({
  org,
  userId,
  onChange,
}: {
  org: Org;
  userId: string;
  onChange: () => void;
}) {
  const task = useTask();
  const answer = (work: () => Promise<unknown>) => () =>
    void task.run(work).then((done) => {
      if (done) onChange();
    });
  return (
    <li className="row" data-testid="org-invited">
      <div className="row-words">
        <p className="row-title">{org.name}</p>
        <p className="row-facts">
          <span>asks you in as {roleName(org.role)}</span>
          <span>since {moment(org.createdAt)}</span>
        </p>
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      </div>
      <div className="row-actions">
        <Button
          small
          look="primary"
          disabled={task.busy}
          aria-label={`Accept ${org.name}`}
          onClick={answer(() => orgs.accept(org.id))}
        >
          Accept
        </Button>
        <Button
          small
          disabled={task.busy}
          aria-label={`Decline ${org.name}`}
          onClick={answer(() => orgs.remove(org.id, userId))}
        >
          Decline
        </Button>
      </div>
    </li>
  );
}
