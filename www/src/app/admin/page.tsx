import type { Metadata } from "next";
import { AdminPage } from "@/admin/admin-page";

export const metadata: Metadata = { title: "Administration" };

/** Where the administrators' pages begin. */
export default function AdminStartPage() {
  return (
    <AdminPage title="Administration">
      <p>Choose what to look after: people, organisations, flags, the log.</p>
    </AdminPage>
  );
}
