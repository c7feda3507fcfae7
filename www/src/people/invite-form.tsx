"use client";

import type { Meeting, Role } from "@connvo/client";
import { useId, useState } from "react";
import { api } from "@/lib/api";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { emailWords, Field, formMessage } from "@/ui/field";
import { Notice } from "@/ui/notice";

const ROLES: Role[] = ["participant", "observer", "co-host"];

/** Invites somebody by address, or gives a member another role. */
export function InviteForm({
  meeting,
  onInvited,
}: {
  meeting: Meeting;
  onInvited: () => void;
}) {
  const task = useTask();
  const roleId = useId();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("participant");
  const [done, setDone] = useState("");
  const invite = async () => {
    await api.participants.invite(meeting.id, { email, role });
    setDone(`${email} is invited as ${role}.`);
    setEmail("");
    onInvited();
  };
  const message = formMessage(task.error, ["/email"]);
  return (
    <form
      className="invite"
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
      <div className="invite-row">
        <label className="visually-hidden" htmlFor={roleId}>
          Role
        </label>
        <select
          id={roleId}
          className="input"
          value={role}
          onChange={(event) => setRole(event.target.value as Role)}
        >
          {ROLES.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <Button type="submit" look="primary" disabled={task.busy}>
          Invite
        </Button>
      </div>
      {message && <Notice tone="bad">{message}</Notice>}
      <p className="invite-done" role="status">
        {done}
      </p>
    </form>
  );
}
