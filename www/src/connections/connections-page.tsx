"use client";

import { Suspense } from "react";
import { SignedIn } from "@/lib/guard";
import { Waiting } from "@/ui/page-list";
import { TopBar } from "@/ui/top-bar";
import { Connections } from "./connections";

/** The frame around my connections. */
export function ConnectionsPage() {
  return (
    <>
      <TopBar />
      <main id="main" className="page">
        <h1>My connections</h1>
        <Suspense fallback={<Waiting />}>
          <SignedIn waiting={<Waiting />}>
            {({ userId }) => <Connections key={userId} userId={userId} />}
          </SignedIn>
        </Suspense>
      </main>
    </>
  );
}
