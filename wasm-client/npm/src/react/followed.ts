"use client";
/** What every hook is made of. */
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { ConnvoError } from "../index.js";

/**
 * What `read` gives of `source` now and at each change; `absent` without a source, and
 * on a server. `follow` and `read` are stable, and `read` gives the same value until it
 * changes.
 */
export function useFollowed<Source, Value>(
  source: Source | null,
  follow: (source: Source, run: () => void) => () => void,
  read: (source: Source) => Value,
  absent: Value,
): Value {
  return useSyncExternalStore(
    useCallback(
      (run) => (source === null ? nothing : follow(source, run)),
      [source, follow],
    ),
    () => (source === null ? absent : read(source)),
    () => absent,
  );
}

interface Closable {
  close(): void;
}

/** Opens something in an effect and closes it in its clean-up, once each. */
export function useOpened<Opened extends Closable>(
  open: () => Promise<Opened | undefined> | undefined,
): [Opened | null, ConnvoError | null] {
  const [state, setState] = useState<
    [Opened | null, ConnvoError | null]
  >([null, null]);
  useEffect(() => {
    let left = false;
    let opened: Opened | undefined;
    Promise.resolve(open())
      .then((value) => {
        opened = value;
        if (left) value?.close();
        else if (value) setState([value, null]);
      })
      .catch((failure: unknown) => {
        if (!left) setState([null, ConnvoError.from(failure)]);
      });
    return () => {
      left = true;
      opened?.close();
      setState([null, null]);
    };
  }, [open]);
  return state;
}

function nothing(): void {}
