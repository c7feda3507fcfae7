"use client";

import type { Entitlements, Meeting } from "@connvo/client";
import { useEffect, useState } from "react";
import { useRules } from "@/lib/rules";

const MINUTE = 60_000;

/** Why the plan lets nothing be taken down (any more); null when it does. */
export function useNotTaken(
  meeting: Meeting,
  plan: Entitlements | undefined,
): string | null {
  const rules = useRules();
  const { state, startedAt } = meeting;
  const running = state === "active" && startedAt !== null;
  const minutes = useMinutes(running ? startedAt : null);
  if (state === "concluded" || state === "cancelled") return null;
  const missing = rules?.lacking(plan, "transcription") ?? null;
  if (missing !== null || !running) return missing;
  const over = rules?.lacking(plan, "meetingMinutes", minutes) ?? null;
  return over === null ? null : `${over} minutes`;
}

/** Whole minutes since a moment. */
function useMinutes(since: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (since === null) return;
    const look = () => setNow(Date.now());
    const timer = setInterval(look, MINUTE / 2);
    return () => clearInterval(timer);
  }, [since]);
  return since === null ? 0 : Math.max(0, Math.floor((now - since) / MINUTE));
}
