"use client";

import type { ConnvoError } from "@connvo/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { problem } from "./api";
import type { Memory } from "./seen";

/** A value on its way from the server. */
export interface Loaded<T> {
  /** The latest value; stays while it is read again. */
  value: T | undefined;
  /** Whether the value is from the device and the server has yet to say more. */
  old: boolean;
  /** Why the latest read failed. */
  error: ConnvoError | undefined;
  /** Reads again. */
  reload: () => void;
  /** Puts a value that came by another way. */
  put: (value: T) => void;
}

interface State<T> {
  of: unknown;
  value?: T;
  old?: boolean;
  error?: ConnvoError;
}

/**
 * Reads a value now and whenever `load` changes (keep it stable with
 * `useCallback`). An answer that was overtaken is dropped. With a `memory` what
 * was seen last stands until the server has answered, and while it cannot.
 */
export function useLoad<T>(
  load: () => Promise<T>,
  memory?: Memory<T>,
): Loaded<T> {
  const [state, setState] = useState<State<T>>(() => ({
    of: load,
    value: memory?.recall(),
    old: true,
  }));
  const turn = useRef(0);
  const kept = useRef(memory);
  useEffect(() => {
    kept.current = memory;
  });

  // Whoever asks again, however long ago they were told how, asks for what is wanted now.
  const latest = useRef(load);

  const put = useCallback((value: T) => {
    turn.current += 1;
    kept.current?.remember(value);
    setState({ of: latest.current, value });
  }, []);

  const reload = useCallback(() => {
    const asked = latest.current;
    const mine = ++turn.current;
    asked().then(
      (value) => {
        if (mine === turn.current) put(value);
      },
      (thrown: unknown) => {
        const error = problem(thrown);
        if (mine !== turn.current) return;
        const gone = error.code === "FORBIDDEN" || error.code === "NOT_FOUND";
        if (gone) kept.current?.forget();
        setState((was) =>
          gone || was.of !== asked ? { of: asked, error } : { ...was, error },
        );
      },
    );
  }, [put]);

  useEffect(() => {
    latest.current = load;
    reload();
    return () => {
      turn.current += 1;
    };
  }, [load, reload]);

  const current = state.of === load;
  return {
    value: current ? state.value : undefined,
    old: current && state.old === true,
    error: current ? state.error : undefined,
    reload,
    put,
  };
}
