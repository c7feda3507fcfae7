/** The path of a meeting's room. */
export function roomPath(meetingId: string): string {
  return `/room?id=${encodeURIComponent(meetingId)}`;
}

/** The path of a meeting's own page: its plan, and what is left of it. */
export function meetingPath(meetingId: string): string {
  return `/meeting?id=${encodeURIComponent(meetingId)}`;
}

/** The path of the form that changes it. */
export function editPath(meetingId: string): string {
  return `/edit?id=${encodeURIComponent(meetingId)}`;
}

/** The whole address of its room, to hand to others. */
export function roomLink(meetingId: string): string {
  return location.origin + roomPath(meetingId);
}
