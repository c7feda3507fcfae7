"use client";

import { usePages } from "@/lib/pages";
import { PageList } from "@/ui/page-list";
import { orgs } from "./api";
import { CreateOrg } from "./create-org";
import { InvitedRow } from "./invited-row";
import { MyOrgRow } from "./my-org-row";

/** The organisations that I belong to, those that I am asked into, and making one. */
export function MyOrgs({ userId }: { userId: string }) {
  const pages = usePages(orgs.list);
  return (
    <section className="card" aria-labelledby="account-orgs">
      <h2 id="account-orgs">My organisations</h2>
      <PageList
        label="My organisations"
        nothing="You belong to no organisation yet."
        pages={pages}
      >
        {(org) =>
          org.status === "pending" ? (
            <InvitedRow
              key={org.id}
              org={org}
              userId={userId}
              onChange={pages.first.reload}
            />
          ) : (
            <MyOrgRow key={org.id} org={org} />
          )
        }
      </PageList>
      <CreateOrg onCreated={pages.first.reload} />
    </section>
  );
}
