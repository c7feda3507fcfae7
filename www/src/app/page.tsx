"use client";

import { MeetingList } from "@/meetings/meeting-list";
import { MeetingsPage } from "@/meetings/meetings-page";
import { MeetingsSkeleton } from "@/meetings/meetings-skeleton";

/** My meetings. */
export default function HomePage() {
  return (
    <MeetingsPage title="My meetings" waiting={<MeetingsSkeleton />}>
      {({ userId }) => <MeetingList key={userId} userId={userId} />}
    </MeetingsPage>
  );
}
