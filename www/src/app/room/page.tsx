import type { Metadata } from "next";
import { Suspense } from "react";
import { RoomDoor } from "@/room/room-door";
import { RoomSkeleton } from "@/room/room-skeleton";

export const metadata: Metadata = { title: "Room" };

/** A meeting's room, `/room?id=…`. */
export default function RoomPage() {
  return (
    <Suspense fallback={<RoomSkeleton />}>
      <RoomDoor />
    </Suspense>
  );
}
