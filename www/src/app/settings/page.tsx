"use client";

import { Account } from "@/account/account";
import { SignedIn } from "@/lib/guard";
import { TopBar } from "@/ui/top-bar";

/** My account. */
export default function SettingsPage() {
  return (
    <>
      <TopBar />
      <main id="main" className="page">
        <h1>My account</h1>
        <SignedIn waiting={<div className="skeleton row-skeleton" />}>
          {(session) => <Account key={session.userId} session={session} />}
        </SignedIn>
      </main>
    </>
  );
}
