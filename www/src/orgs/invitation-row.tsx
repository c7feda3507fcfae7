"use client";

import type { OrgInvitation } from "@connvo/client";
import { useTask } from "@/lib/task";
import { moment } from "@/lib/time";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";
import { orgs } from "./api";
import { roleName } from "./words";

/** Somebody who is asked in, and taking that back. */
export function InvitationRow({
  orgId,
  invitation: { email, role, invitedAt },
  onChange,
}: {
  orgId: string;
  invitation: OrgInvitation;
  onChange: () => void;
}) {
  const task = useTask();
  const withdraw = async () => {
    await orgs.withdraw(orgId, email);
    onChange();
  };
  return (
    <li className="row" data-testid="invitation">
      <div className="row-words">
        <p className="row-title">{email}</p>
        <p className="row-facts">
          <span>as {roleName(role)}</span>
          <span>since {moment(invitedAt)}</span>
        </p>
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      </div>
      <Button
        small
        disabled={task.busy}
        aria-label={`Withdraw the invitation of ${email}`}
        onClick={() => void task.run(withdraw)}
      >
        Withdraw
      </Button>
    </li>
  );
}
