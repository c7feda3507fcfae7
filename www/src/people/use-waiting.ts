"use client";

import type { Meeting, MeetingNow, Participant } from "@connvo/client";
import { useRules } from "@/lib/rules";

/** How many wait for something of this person: hands that are up, and who asks to be
    let in. */
export function useWaiting(
  meeting: Meeting,
  people: readonly Participant[] | undefined,
  now: MeetingNow | null,
): number {
  const rules = useRules();
  const may = (action: "callSpeaker" | "answerRequest") =>
    rules?.refusal(meeting, action) === null;
  const hands = may("callSpeaker") ? (now?.speakerQueue.length ?? 0) : 0;
  const asking = people?.filter(({ status }) => status === "requested") ?? [];
  return hands + (may("answerRequest") ? asking.length : 0);
}
