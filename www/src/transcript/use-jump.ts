"use client";

import { useEffect, useRef, useState } from "react";
import type { Turn } from "./turns";
import type { Earlier } from "./use-earlier";
import { toMiddle, type Follow } from "./use-follow";

/**
 * Brings what was said at a time into sight, and reads back for it where it is not
 * here. Answers the function that asks for a time, in milliseconds since the Unix epoch.
 */
export function useJump(
  turns: readonly Turn[],
  earlier: Earlier,
  { scroller, following, stay }: Follow,
): (startMs: number) => void {
  const [target, setTarget] = useState<{ startMs: number }>();
  const shown = useRef<typeof target>(undefined);
  const begin = turns[0]?.startMs;
  const { more, task, read } = earlier;
  const here =
    target !== undefined &&
    (!more || (begin !== undefined && begin <= target.startMs));
  const wanting = target !== undefined && !here;
  useEffect(() => {
    if (wanting && !task.busy && !task.error) void read();
  });
  const turn = here
    ? (turns.findLast(({ startMs }) => startMs <= target.startMs) ?? turns[0])
    : undefined;
  const start = turn?.startMs;
  useEffect(() => {
    // Once: what comes later moves nothing.
    if (start === undefined || shown.current === target) return;
    // A box that keeps to its end would go back there.
    if (following) {
      stay();
      return;
    }
    shown.current = target;
    const place = `[data-start="${start}"]`;
    const box = scroller.current;
    const found = box?.querySelector(place);
    if (!box || !found) return;
    toMiddle(box, found);
    found.animate(
      [{ background: "var(--accent-soft)" }, { background: "transparent" }],
      { duration: 1_600 },
    );
  }, [target, start, scroller, following, stay]);
  return (startMs) => {
    task.clear();
    setTarget({ startMs });
  };
}
