"use client";

import type { Role } from "@connvo/client";
import { Area, Select } from "@/ui/field";

const ROLES: [Role, string][] = [
  ["participant", "participant"],
  ["observer", "observer"],
  ["co-host", "co-host"],
];

/** Whom to ask at once, and as what. */
export function InviteFields({
  emails,
  role,
  onEmails,
  onRole,
}: {
  emails: string;
  role: Role;
  onEmails: (emails: string) => void;
  onRole: (role: Role) => void;
}) {
  return (
    <section className="card" aria-labelledby="plan-people">
      <h2 id="plan-people">Who is invited</h2>
      <div className="fields">
        <Area
          label="Email addresses, with commas between"
          placeholder="ann@example.org, ben@example.org"
          pointer="/email"
          rows={2}
          className="input prose"
          value={emails}
          onChange={(event) => onEmails(event.target.value)}
        />
        <Select
          label="As"
          value={role}
          onChange={(event) => onRole(event.target.value as Role)}
        >
          {ROLES.map(([key, words]) => (
            <option key={key} value={key}>
              {words}
            </option>
          ))}
        </Select>
      </div>
    </section>
  );
}
