"use client";

import { SearchPage } from "@/find/search-page";
import { MeetingsPage } from "@/meetings/meetings-page";

/** A search over all my meetings. */
export default function FindPage() {
  return <MeetingsPage title="Search">{() => <SearchPage />}</MeetingsPage>;
}
