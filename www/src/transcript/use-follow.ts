"use client";

import { useLayoutEffect, useRef, useState } from "react";

/** How near the end still counts as the end, in CSS pixels. */
const NEAR_PX = 48;

/**
 * Keeps a scrolling list at its end while the reader is there, and leaves it
 * alone once they scroll up. `news` are the values that make it grow;
 * `before` counts what was put in front, so that the place is kept.
 */
export function useFollow(news: readonly unknown[], before: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const [following, setFollowing] = useState(true);
  const height = useRef(0);
  const front = useRef(before);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box) return;
    if (front.current !== before) {
      box.scrollTop += box.scrollHeight - height.current;
      front.current = before;
    } else if (following) {
      box.scrollTop = box.scrollHeight;
    }
    height.current = box.scrollHeight;
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [...news, before, following]);

  // Hidden panels have no height: come back to the end when shown again.
  useLayoutEffect(() => {
    const box = scroller.current;
    if (!box || !following) return;
    const watch = new ResizeObserver(() => {
      box.scrollTop = box.scrollHeight;
    });
    watch.observe(box);
    return () => watch.disconnect();
  }, [following]);

  return {
    scroller,
    following,
    onScroll: () => {
      const box = scroller.current;
      if (!box || box.clientHeight === 0) return;
      const left = box.scrollHeight - box.scrollTop - box.clientHeight;
      setFollowing(left < NEAR_PX);
    },
    jump: () => setFollowing(true),
  };
}
