import type { Metadata } from "next";

import { AdminPage } from "@/admin/admin-page";
import { Flags } from "@/admin/flags";

export const metadata: Metadata = { title: "Flags" };

/** Flags, for administrators. */
export default function AdminFlagsPage() {
  return (
    <AdminPage title="Flags">
      <Flags />
    </AdminPage>
  );
}
