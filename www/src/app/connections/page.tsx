import type { Metadata } from "next";
import { ConnectionsPage } from "@/connections/connections-page";

export const metadata: Metadata = { title: "Connections" };

/** My connections, `/connections?state=…` and `?ask=…`. */
export default function ConnectionsListPage() {
  return <ConnectionsPage />;
}
