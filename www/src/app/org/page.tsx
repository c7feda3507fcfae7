import type { Metadata } from "next";
import { OrgPage } from "@/orgs/org-page";

export const metadata: Metadata = { title: "Organisation" };

/** One organisation of mine, `/org?id=…`. */
export default function OrgViewPage() {
  return <OrgPage />;
}
