"use client";

import type { MeetingOptions, Page } from "@connvo/client";
import { useCallback, useRef, useState } from "react";
import { useLoad, type Loaded } from "@/lib/load";
import type { Memory } from "@/lib/seen";

/** How to read one page of a list of meetings. */
export type Read<Item> = (which: MeetingOptions) => Promise<Page<Item>>;

/** A list of meetings that can be read again as far as it was read. */
export interface MeetingPages<Item> {
  loaded: Loaded<Page<Item>>;
  /** What is shown: of the filter before, until this one's is there. */
  shown: Page<Item> | undefined;
  /** Whether what is shown is of the filter before. */
  stale: boolean;
  readOn: () => void;
}

/** Reads the meetings that fit, again from the first page on whenever asked to:
    what is shown stays whole when something has changed in it. */
export function useMeetingPages<Item>(
  read: Read<Item>,
  which: MeetingOptions,
  memory?: Memory<Page<Item>>,
): MeetingPages<Item> {
  const key = JSON.stringify(which);
  const wanted = useRef({ key, pages: 1 });
  const load = useCallback(async () => {
    if (wanted.current.key !== key) wanted.current = { key, pages: 1 };
    const asked = JSON.parse(key) as MeetingOptions;
    const items: Item[] = [];
    let next: string | null = null;
    for (let page = 0; page < wanted.current.pages; page++) {
      const part: Page<Item> = await read({ ...asked, after: next });
      items.push(...part.items);
      next = part.next ?? null;
      if (next === null) break;
    }
    return { items, next };
  }, [read, key]);
  const loaded = useLoad(load, memory);
  const [kept, setKept] = useState(loaded.value);
  const { value, reload } = loaded;
  if (value && value !== kept) setKept(value);
  return {
    loaded,
    shown: value ?? kept,
    stale: !value,
    readOn: () => {
      wanted.current.pages += 1;
      reload();
    },
  };
}
