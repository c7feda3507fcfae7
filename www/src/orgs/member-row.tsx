"use client";

import type { Org, OrgMember } from "@connvo/client";
import Link from "next/link";
import { useState } from "react";
import { askPath } from "@/connections/words";
import { useTask } from "@/lib/task";
import { moment } from "@/lib/time";
import { Avatar } from "@/ui/avatar";
import { Button, IconButton } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Notice } from "@/ui/notice";
import { orgs } from "./api";
import { roleName } from "./words";

/** A member; administrators give another role, or take the member out. */
export function MemberRow({
  org,
  member,
  me,
  decides,
  onChange,
}: {
  org: Org;
  member: OrgMember;
  me: boolean;
  decides: boolean;
  onChange: () => void;
}) {
  const task = useTask();
  const [asking, setAsking] = useState(false);
  const name = member.name || member.email || member.userId;
  const other = member.role === "admin" ? "member" : "admin";
  const change = async () => {
    await orgs.setRole(org.id, member.userId, other);
    onChange();
  };
  return (
    <li className="row" data-testid="member">
      <Avatar name={name} person={member.userId} />
      <div className="row-words">
        <p className="row-title">
          {me ? (
            `${name} (you)`
          ) : (
            <Link href={askPath(member.userId)} className="row-link">
              {name}
            </Link>
          )}
        </p>
        <p className="row-facts">
          <span>{member.email ?? "no address known"}</span>
          <span>since {moment(member.joinedAt)}</span>
        </p>
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      </div>
      <span className="pill">{roleName(member.role)}</span>
      {decides && (
        <div className="row-actions">
          <Button
            small
            disabled={task.busy}
            aria-label={`Make ${roleName(other)}: ${name}`}
            onClick={() => void task.run(change)}
          >
            Make {roleName(other)}
          </Button>
          {!me && (
            <IconButton
              small
              icon="close"
              label={`Remove ${name}`}
              onClick={() => setAsking(true)}
            />
          )}
        </div>
      )}
      {asking && (
        <Confirm
          title={`Remove ${name}?`}
          action="Remove"
          work={async () => {
            await orgs.remove(org.id, member.userId);
            onChange();
          }}
          onClose={() => setAsking(false)}
        >
          They no longer belong to {org.name} and use its plan no more.
        </Confirm>
      )}
    </li>
  );
}
