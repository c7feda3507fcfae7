"use client";

import type { Entitlements, Meeting } from "@connvo/client";
import { useMe } from "@connvo/client/react";
import { useEffect, useState } from "react";
import { useRules } from "@/lib/rules";

const MINUTE = 60_000;

/** Why nothing is taken down (any more): for the plan, or since it is switched off;
    null when it is. */
export function useNotTaken(
  meeting: Meeting,
  plan: Entitlements | undefined,
): string | null {
  const rules = useRules();
  const flags = useMe()?.flags;
  const { state, startedAt } = meeting;
  const running = state === "active" && startedAt !== null;
  const minutes = useMinutes(running ? startedAt : null);
  if (state === "concluded" || state === "cancelled") return null;
  if (flags?.["transcription"] === false) return "it is switched off here";
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
