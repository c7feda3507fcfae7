"use client";

import type { Org } from "@connvo/client";
import { useCallback } from "react";
import { usePages } from "@/lib/pages";
import { PageList } from "@/ui/page-list";
import { orgs } from "./api";
import { MemberRow } from "./member-row";

/** Who belongs to an organisation. */
export function Members({
  org,
  userId,
  decides,
  onOwnChange,
}: {
  org: Org;
  userId: string;
  decides: boolean;
  /** My own role is another now. */
  onOwnChange: () => void;
}) {
  const { id } = org;
  const pages = usePages(
    useCallback((after: string | null) => orgs.members(id, after), [id]),
  );
  return (
    <PageList label="Members" nothing="Nobody belongs to it." pages={pages}>
      {(member) => (
        <MemberRow
          key={member.userId}
          org={org}
          member={member}
          me={member.userId === userId}
          decides={decides}
          onChange={() => {
            pages.first.reload();
            if (member.userId === userId) onOwnChange();
          }}
        />
      )}
    </PageList>
  );
}
