"use client";

import { useSearchParams } from "next/navigation";
import { useCallback, useState } from "react";
import { usePages } from "@/lib/pages";
import { admin, type AuditFilter } from "./api";
import { AuditForm } from "./audit-form";
import { AuditItem } from "./audit-item";
import { PageList } from "@/ui/page-list";

/** The audit log, newest first, `/admin/audit?actor=…&resource=…`. */
export function Audit() {
  const asked = useSearchParams();
  const [filter, setFilter] = useState<AuditFilter>(() => ({
    actor: asked.get("actor") ?? "",
    resource: asked.get("resource") ?? "",
    action: asked.get("action") ?? "",
    type: "",
    success: "",
    from: "",
    to: "",
  }));
  const pages = usePages(
    useCallback((after: string | null) => admin.audit(filter, after), [filter]),
  );
  return (
    <>
      <AuditForm filter={filter} onFilter={setFilter} />
      <PageList label="Audit log" nothing="Nothing is found." pages={pages}>
        {(row) => <AuditItem key={row.id} row={row} />}
      </PageList>
    </>
  );
}
