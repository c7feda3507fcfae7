"use client";

import type { Meeting } from "@connvo/client";
import type { Rules } from "@/lib/rules";
import { InvitationRow } from "./invitation-row";

/** The meetings that I am asked to and have not answered. */
export function Invitations({
  meetings,
  rules,
  onAnswer,
}: {
  meetings: readonly Meeting[];
  rules: Rules | undefined;
  onAnswer: () => void;
}) {
  const asked = meetings.filter(
    ({ status, state }) =>
      status === "invited" && (state === "scheduled" || state === "active"),
  );
  if (asked.length === 0) return null;
  return (
    <section className="invitations" aria-labelledby="invitations">
      <h2 id="invitations">Invitations</h2>
      <ul className="rows" aria-label="Invitations">
        {asked.map((meeting) => (
          <InvitationRow
            key={meeting.id}
            meeting={meeting}
            rules={rules}
            onAnswer={onAnswer}
          />
        ))}
      </ul>
    </section>
  );
}
