import type { Metadata } from "next";
import { Suspense } from "react";
import { AdminPage } from "@/admin/admin-page";
import { OrgView } from "@/admin/org-view";

export const metadata: Metadata = { title: "Organisation" };

/** One organisation, `/admin/org?id=…`, for administrators. */
export default function AdminOrgViewPage() {
  return (
    <AdminPage title="Organisation">
      <Suspense>
        <OrgView />
      </Suspense>
    </AdminPage>
  );
}
