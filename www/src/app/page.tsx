"use client";

import { SignedIn } from "@/lib/guard";
import { MeetingList } from "@/meetings/meeting-list";
import { MeetingsSkeleton } from "@/meetings/meetings-skeleton";
import { TopBar } from "@/ui/top-bar";

/** My meetings. */
export default function HomePage() {
  return (
    <>
      <TopBar />
      <main id="main" className="page">
        <h1>My meetings</h1>
        <SignedIn waiting={<MeetingsSkeleton />}>
          {({ userId }) => <MeetingList key={userId} userId={userId} />}
        </SignedIn>
      </main>
    </>
  );
}
