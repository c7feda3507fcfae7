import type { Metadata } from "next";
import { Suspense } from "react";
import { AdminPage } from "@/admin/admin-page";
import { Audit } from "@/admin/audit";

export const metadata: Metadata = { title: "Audit log" };

/** The audit log, for administrators. */
export default function AdminAuditPage() {
  return (
    <AdminPage title="Audit log">
      <Suspense>
        <Audit />
      </Suspense>
    </AdminPage>
  );
}
