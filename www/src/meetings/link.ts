/** The path of a meeting's room. */
export function roomPath(meetingId: string): string {
  return `/room?id=${encodeURIComponent(meetingId)}`;
}

/** The whole address, to hand to others. */
export function roomLink(meetingId: string): string {
  return location.origin + roomPath(meetingId);
}
