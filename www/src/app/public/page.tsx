"use client";

import { PublicList } from "@/invitations/public-list";
import { MeetingsPage } from "@/meetings/meetings-page";

/** Meetings that anybody may learn of. */
export default function PublicPage() {
  return (
    <MeetingsPage title="Public meetings">{() => <PublicList />}</MeetingsPage>
  );
}
