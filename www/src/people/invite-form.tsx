"use client";

import type {
  Entitlements,
  Meeting,
  Participant,
  ParticipantDraft,
  Role,
} from "@connvo/client";
import { useId, useState } from "react";
import { api } from "@/lib/api";
import { useRules } from "@/lib/rules";
import { useOnce } from "@/lib/once";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { emailWords, Field, formMessage } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { belongs, runsIt } from "./standing";
import { NO_RIGHTS, RightsField, type Rights } from "./rights-field";

const ROLES: Role[] = ["participant", "observer", "co-host"];

/** Invites somebody by address, or gives a member another role. */
export function InviteForm({
  meeting,
  plan,
  people,
  onInvited,
}: {
  meeting: Meeting;
  plan: Entitlements | undefined;
  people: readonly Participant[] | undefined;
  onInvited: () => void;
}) {
  const rules = useRules();
  const task = useTask();
  const once = useOnce();
  const [roleId, fullId] = [useId(), useId()];
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("participant");
  const [rights, setRights] = useState<Rights>(NO_RIGHTS);
  const [done, setDone] = useState("");

  const host = runsIt(meeting);
  const members = people?.filter(belongs) ?? [];
  const full = rules?.lacking(plan, "participants", members.length) ?? null;
  // Whoever counts already may be made something else.
  const known = members.some((one) => one.email === email.trim().toLowerCase());
  const draft = (): ParticipantDraft => {
    if (!host) return { email, role, canShare: meeting.canShare };
    return role === "participant"
      ? { email, role, ...rights }
      : { email, role };
  };
  const invite = async () => {
    const asked = draft();
    const ask = (key: string) =>
      api.participants.invite(meeting.id, asked, key);
    await once(asked, ask);
    setDone(`${email} is invited as ${role}.`);
    setEmail("");
    setRights(NO_RIGHTS);
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
          {ROLES.filter((name) => host || name !== "co-host").map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <Button
          type="submit"
          look="primary"
          disabled={task.busy || (full !== null && !known)}
          aria-describedby={full === null ? undefined : fullId}
        >
          Invite
        </Button>
      </div>
      {host && role === "participant" && (
        <RightsField rights={rights} onRights={setRights} />
      )}
      <div role="status">
        {full !== null && (
          <div id={fullId} data-testid="invite-refused">
            <Notice icon="lock">
              Nobody more can be invited: {full} members.
            </Notice>
          </div>
        )}
      </div>
      {message && <Notice tone="bad">{message}</Notice>}
      <p className="invite-done" role="status">
        {done}
      </p>
    </form>
  );
}
