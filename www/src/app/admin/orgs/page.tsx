import type { Metadata } from "next";

import { AdminPage } from "@/admin/admin-page";
import { Orgs } from "@/admin/orgs";

export const metadata: Metadata = { title: "Organisations" };

/** Organisations, for administrators. */
export default function AdminOrgsPage() {
  return (
    <AdminPage title="Organisations">
      <Orgs />
    </AdminPage>
  );
}
