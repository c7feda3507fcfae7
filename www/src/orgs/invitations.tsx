"use client";

import type { Org } from "@connvo/client";
import { useCallback } from "react";
import { usePages } from "@/lib/pages";
import { PageList } from "@/ui/page-list";
import { orgs } from "./api";
import { InvitationRow } from "./invitation-row";
import { InviteForm } from "./invite-form";

/** Who is asked into an organisation and has not accepted, and asking more. */
export function Invitations({ org: { id } }: { org: Org }) {
  const pages = usePages(
    useCallback((after: string | null) => orgs.invitations(id, after), [id]),
  );
  return (
    <section className="card" aria-labelledby="org-invitations">
      <h2 id="org-invitations">Invitations</h2>
      <PageList
        label="Invitations"
        nothing="No invitation waits for an answer."
        pages={pages}
      >
        {(invitation) => (
          <InvitationRow
            key={invitation.email}
            orgId={id}
            invitation={invitation}
            onChange={pages.first.reload}
          />
        )}
      </PageList>
      <InviteForm orgId={id} onInvited={pages.first.reload} />
    </section>
  );
}
