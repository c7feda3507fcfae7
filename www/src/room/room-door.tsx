"use client";

import { useSearchParams } from "next/navigation";
import { SignedIn } from "@/lib/guard";
import { NoRoom } from "./no-room";
import { Room } from "./room";
import { RoomSkeleton } from "./room-skeleton";

/** Finds which room is meant and who comes in. */
export function RoomDoor() {
  const id = useSearchParams().get("id");
  if (!id) {
    return (
      <NoRoom title="Which meeting?">
        This address names no meeting. Open one from your list.
      </NoRoom>
    );
  }
  return (
    <SignedIn waiting={<RoomSkeleton />}>
      {(session) => (
        <Room key={`${session.userId} ${id}`} id={id} session={session} />
      )}
    </SignedIn>
  );
}
