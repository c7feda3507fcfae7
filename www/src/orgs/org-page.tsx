"use client";

import { Suspense } from "react";
import { SignedIn } from "@/lib/guard";
import { WithId } from "@/lib/with-id";
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
            {({ userId }) => (
              <WithId what="organisation">
                {(id) => (
                  <OrgView key={`${userId} ${id}`} id={id} userId={userId} />
                )}
              </WithId>
            )}
          </SignedIn>
        </Suspense>
      </main>
    </>
  );
}
