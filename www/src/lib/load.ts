"use client";

import type { ConnvoError } from "@connvo/client";
import { useCallback, useEffect, useRef, useState } from "react";
import { problem } from "./api";

/** A value on its way from the server. */
export interface Loaded<T> {
  /** The latest value; stays while it is read again. */
  value: T | undefined;
  /** Why the latest read failed. */
  error: ConnvoError | undefined;
  /** Reads again. */
  reload: () => void;
  /** Puts a value that came by another way. */
  put: (value: T) => void;
}

/**
 * Reads a value now and whenever `load` changes (keep it stable with
 * `useCallback`). An answer that was overtaken is dropped.
 */
export function useLoad<T>(load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{
    of: unknown;
    value?: T;
    error?: ConnvoError;
  }>({ of: load });
  const turn = useRef(0);

  const reload = useCallback(() => {
    const mine = ++turn.current;
    load().then(
      (value) => {
        if (mine === turn.current) setState({ of: load, value });
      },
      (thrown: unknown) => {
        const error = problem(thrown);
        if (mine !== turn.current) return;
        setState((old) => ({
          of: load,
          error,
          value: old.of === load ? old.value : undefined,
        }));
      },
    );
  }, [load]);

  const put = useCallback(
    (value: T) => {
      turn.current += 1;
      setState({ of: load, value });
    },
    [load],
  );

  useEffect(() => {
    reload();
    return () => {
      turn.current += 1;
    };
  }, [reload]);

  const current = state.of === load;
  return {
    value: current ? state.value : undefined,
    error: current ? state.error : undefined,
    reload,
    put,
  };
}
