"use client";

import { useEffect, useRef } from "react";

/** Runs `run` whenever `value` has become another, but for null. */
export function useOnChange(value: unknown, run: () => void): void {
  const before = useRef(value);
  useEffect(() => {
    if (before.current === value) return;
    before.current = value;
    if (value !== null) run();
  }, [value, run]);
}
