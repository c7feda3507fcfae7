import type { Participant, Standing } from "@connvo/client";

/** Whether somebody counts as a member: asked, coming or here. */
export function belongs({ status }: Pick<Standing, "status">): boolean {
  return status === "invited" || status === "accepted" || status === "joined";
}

/** Whether somebody runs the meeting, and so may give others what they may. */
export function runsIt({ role }: Pick<Standing, "role">): boolean {
  return role === "host" || role === "co-host";
}

/** What a participant may besides, or may not, in words; hosts may all of it. */
export function besides(person: Participant): string {
  if (person.role !== "participant") return "";
  const words = [
    person.canInvite && "may invite",
    person.canRecord && "may record",
    !person.canShare && "may not share the screen",
  ];
  return words.filter(Boolean).join(", ");
}
