"use client";

import { Suspense } from "react";
import { SignedIn } from "@/lib/guard";
import { Waiting } from "@/ui/page-list";
import { TopBar } from "@/ui/top-bar";
import { OrgView } from "./org-view";

/** The frame around one organisation of mine. */
export function OrgPage() {
  return (
    <>
      <TopBar />
      <main id="main" className="page">
        <h1>Organisation</h1>
        <Suspense fallback={<Waiting />}>
          <SignedIn waiting={<Waiting />}>
            {({ userId }) => <OrgView key={userId} userId={userId} />}
          </SignedIn>
        </Suspense>
      </main>
    </>
  );
}
