"use client";

import { useMeetings, useSearch } from "@connvo/client/react";
import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { useEffect, useId, useState } from "react";
import { api } from "@/lib/api";
import { useSettled } from "@/lib/use-settled";
import { meetingPath } from "@/meetings/link";
import { Empty } from "@/ui/empty";
import { FoundList } from "./found-list";
import { useTitles } from "./use-titles";

/** A search over all that was said and written in my meetings, `/search?q=…`. */
export function SearchPage() {
  const id = useId();
  const router = useRouter();
  const asked = useSearchParams().get("q") ?? "";
  const [q, setQ] = useState(asked);
  const settled = useSettled(q);
  const view = useSearch(api, { q });
  const title = useTitles(useMeetings(), view.items);
  // The address leads back to what was looked for.
  useEffect(() => {
    const query = settled.trim() && `?q=${encodeURIComponent(settled)}`;
    if (location.search !== query) {
      router.replace(`/search${query}`, { scroll: false });
    }
  }, [settled, router]);
  return (
    <div className="stack">
      <search className="field">
        <label htmlFor={id}>In transcripts, notes and chats</label>
        <input
          id={id}
          className="input"
          type="search"
          maxLength={1000}
          placeholder='budget, "a phrase", des*, -not'
          autoComplete="off"
          value={q}
          onChange={(event) => setQ(event.target.value)}
        />
      </search>
      {q.trim() === "" ? (
        <Empty icon="search" title="What do you look for?">
          <p>
            Words find what has one of them, &quot;a phrase&quot; what has it as
            it stands, and -word leaves out.
          </p>
        </Empty>
      ) : (
        <FoundList
          view={view}
          heading={({ meetingId, startMs, source }) => (
            <Link
              className="row-link"
              href={
                meetingPath(meetingId) +
                (source === "segment" ? `&at=${startMs}` : `#${source}`)
              }
            >
              {title(meetingId)}
            </Link>
          )}
        />
      )}
    </div>
  );
}
