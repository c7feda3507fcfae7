"use client";

import { useCallback, useLayoutEffect, useRef, useState } from "react";

/** How near the end still counts as the end, in CSS pixels. */
const NEAR_PX = 48;
/** What a reader moves a box by. */
const MOVES = ["wheel", "touchmove", "pointerdown", "keydown"] as const;

/** A box that keeps to its end, or is let be. */
export type Follow = ReturnType<typeof useFollow>;

/**
 * Keeps a scrolling box at its end while the reader is there, and leaves it
 * alone once they scroll up. `front` names what the list begins with: when it
 * changes, something was put in front, and the place is kept.
 */
export function useFollow(front: unknown) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLOListElement>(null);
  const [following, setFollowing] = useState(true);
  /** Whether it is held where it was put, until the reader moves it. */
  const held = useRef(false);
  const before = useRef({ front, measures: [0, 0, 0] });

  useLayoutEffect(() => {
    const box = scroller.current;
    // Nothing is where it was in a box that is not shown.
    if (!box || box.clientHeight === 0) return;
    const was = before.current;
    if (following) toEnd(box);
    else if (was.front !== front) {
      box.scrollTop += box.scrollHeight - (was.measures[1] ?? 0);
    }
    before.current = { front, measures: measure(box) };
  });

  // Whatever changes the heights (a font, a width, a panel that is shown
  // again), the end stays the end.
  useLayoutEffect(() => {
    const box = scroller.current;
    const list = content.current;
    if (!box || !list || !following) return;
    const watch = new ResizeObserver(() => {
      toEnd(box);
      before.current.measures = measure(box);
    });
    watch.observe(box);
    watch.observe(list);
    return () => watch.disconnect();
  }, [following]);

  useLayoutEffect(() => {
    const box = scroller.current;
    const letGo = () => {
      held.current = false;
    };
    for (const kind of MOVES) box?.addEventListener(kind, letGo);
    return () => {
      for (const kind of MOVES) box?.removeEventListener(kind, letGo);
    };
  }, []);

  const onScroll = () => {
    const box = scroller.current;
    if (!box || box.clientHeight === 0 || held.current) return;
    const now = measure(box);
    const [top = 0, whole = 0, seen = 0] = now;
    const [wasTop = 0, wasWhole, wasSeen] = before.current.measures;
    if (whole - top - seen < NEAR_PX) {
      setFollowing(true);
    } else if (following && (whole !== wasWhole || seen !== wasSeen)) {
      // The box has changed, not the reader's mind.
      toEnd(box);
      before.current.measures = measure(box);
    } else if (top < wasTop) {
      setFollowing(false);
    }
  };

  const stay = useCallback(() => {
    held.current = true;
    setFollowing(false);
  }, []);
  return {
    scroller,
    content,
    following,
    onScroll,
    jump: () => {
      held.current = false;
      setFollowing(true);
    },
    /** Leaves the box where it is, or is put, until the reader moves it. */
    stay,
  };
}

/** Place, whole height and height in sight, in CSS pixels. */
function measure(box: HTMLElement): number[] {
  return [box.scrollTop, box.scrollHeight, box.clientHeight];
}

/** Scrolls a box, and nothing around it, until something in it is in its middle. */
export function toMiddle(box: HTMLElement, of: Element): void {
  const [outer, inner] = [
    box.getBoundingClientRect(),
    of.getBoundingClientRect(),
  ];
  box.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
}

function toEnd(box: HTMLElement): void {
  box.scrollTop = box.scrollHeight;
}
