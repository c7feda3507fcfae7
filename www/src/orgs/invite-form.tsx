"use client";

import type { OrgRole } from "@connvo/client";
import { useState } from "react";
import { useOnce } from "@/lib/once";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { emailWords, Field, formMessage, Select } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { orgs } from "./api";
import { ROLES, roleName } from "./words";

/** Asks somebody in by address. */
export function InviteForm({
  orgId,
  onInvited,
}: {
  orgId: string;
  onInvited: () => void;
}) {
  const task = useTask();
  const once = useOnce();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<OrgRole>("member");
  const [done, setDone] = useState("");
  const invite = async () => {
    const invited = await once([orgId, email, role], (key) =>
      orgs.invite(orgId, email, role, key),
    );
    setDone(`${invited.email} is invited as ${roleName(invited.role)}.`);
    setEmail("");
    onInvited();
  };
  const message = formMessage(task.error, ["/email"]);
  return (
    <form
      className="fields"
      aria-label="Invite"
      onSubmit={(event) => {
        event.preventDefault();
        setDone("");
        void task.run(invite);
      }}
    >
      <Field
        label="Invite by email"
        placeholder="name@example.org"
        pointer="/email"
        error={task.error}
        words={emailWords}
        type="email"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        autoComplete="off"
        required
      />
      <Select
        label="Role"
        value={role}
        onChange={(event) => setRole(event.target.value as OrgRole)}
      >
        {ROLES.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </Select>
      {message && <Notice tone="bad">{message}</Notice>}
      <div className="fields-foot saved">
        <Button type="submit" look="primary" disabled={task.busy}>
          Invite
        </Button>
        <p role="status">{done}</p>
      </div>
    </form>
  );
}
