import type { Metadata } from "next";

import { AdminPage } from "@/admin/admin-page";
import { Users } from "@/admin/users";

export const metadata: Metadata = { title: "People" };

/** People, for administrators. */
export default function AdminUsersPage() {
  return (
    <AdminPage title="People">
      <Users />
    </AdminPage>
  );
}
