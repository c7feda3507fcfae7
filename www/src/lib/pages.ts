"use client";

import type { Page } from "@connvo/client";
import { useCallback, useState } from "react";
import { useLoad, type Loaded } from "./load";
import { useTask, type Task } from "./task";

/** A list that is read a page at a time. */
export interface Pages<Item> {
  /** What was read so far; undefined before the first page. */
  items: readonly Item[] | undefined;
  /** Whether there is more to read. */
  more: boolean;
  /** The first page: why it failed, and reading the list again from there. */
  first: Loaded<Page<Item>>;
  /** The reading of a further page. */
  task: Task;
  readOn: () => void;
}

/** Reads the first page now and whenever `read` changes (keep it stable), the others
    when asked to. */
export function usePages<Item>(
  read: (after: string | null) => Promise<Page<Item>>,
): Pages<Item> {
  const first = useLoad(useCallback(() => read(null), [read]));
  const task = useTask();
  const [rest, setRest] = useState<{
    of: Page<Item> | undefined;
    items: Item[];
    next: string | null;
  }>();
  // Of another first page, what followed is of no use.
  const further = rest?.of === first.value ? rest : undefined;
  const next = further ? further.next : (first.value?.next ?? null);
  const readOn = async () => {
    const page = await read(next);
    setRest({
      of: first.value,
      items: [...(further?.items ?? []), ...page.items],
      next: page.next ?? null,
    });
  };
  return {
    items: first.value && [...first.value.items, ...(further?.items ?? [])],
    more: next !== null,
    first,
    task,
    readOn: () => void task.run(readOn),
  };
}
