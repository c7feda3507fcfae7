"use client";

import type { ConnvoError } from "@connvo/client";
import { useState } from "react";
import { problem } from "./api";

/** Something the person has asked for. */
export interface Task {
  busy: boolean;
  error: ConnvoError | undefined;
  /** Runs it; answers whether it went well. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
  clear: () => void;
}

/** One request at a time, with its failure to show. */
export function useTask(): Task {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ConnvoError>();
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
      return true;
    } catch (thrown) {
      setError(problem(thrown));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run, clear: () => setError(undefined) };
}
