import type { MeetingState } from "@connvo/client";

const WORDS: Record<MeetingState, string> = {
  scheduled: "Not started",
  active: "Live",
  concluded: "Ended",
  cancelled: "Cancelled",
};

/** Where a meeting is in its life. */
export function StatePill({ state }: { state: MeetingState }) {
  const live = state === "active";
  return (
    <span
      className={live ? "pill pill-live" : "pill"}
      data-testid="meeting-state"
      data-state={state}
    >
      {live && <span className="dot dot-pulse" />}
      {WORDS[state]}
    </span>
  );
}
