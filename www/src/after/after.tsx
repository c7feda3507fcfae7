"use client";

import type { Meeting } from "@connvo/client";
import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { day, hour, lasting } from "@/lib/time";
import { meetingPath, roomPath } from "@/meetings/link";
import { StatePill } from "@/meetings/state-pill";
import { Tags } from "@/meetings/tags";
import { Chat } from "./chat";
import { Exports } from "./exports";
import { FinalNote } from "./final-note";
import { Moments } from "./moments";
import { Speaking } from "./speaking";
import { Transcript } from "./transcript";

/** What is left of a meeting that has ended; `&at=` says which moment of the
    transcript is meant (milliseconds since the Unix epoch). */
export function After({ meeting }: { meeting: Meeting }) {
  const { id, title, description } = meeting;
  const router = useRouter();
  const at = Number(useSearchParams().get("at") ?? 0) || 0;
  const goTo = (ms: number) =>
    router.replace(`${meetingPath(id)}&at=${ms}`, { scroll: false });
  return (
    <>
      <header className="after-head">
        <h2>{title}</h2>
        <p className="row-facts">
          <StatePill state={meeting.state} />
          <span>{took(meeting)}</span>
          <Tags tags={meeting.tags} />
          <Link href={roomPath(id)}>Open the room</Link>
        </p>
        {description && <p className="said">{description}</p>}
      </header>
      <nav className="parts after-parts" aria-label="Parts of the meeting">
        <a href="#transcript">Transcript</a>
        <a href="#people">People</a>
        <a href="#note">Note</a>
        <a href="#moments">Moments</a>
        <a href="#message">Chat</a>
      </nav>
      <div className="columns columns-after">
        <div className="stack">
          <Transcript meeting={meeting} at={at} onGo={goTo} />
        </div>
        <div className="stack">
          <Exports meeting={meeting} />
          <Speaking meeting={meeting} />
          <FinalNote meeting={meeting} />
          <Moments meeting={meeting} onGo={goTo} />
          <Chat meeting={meeting} />
        </div>
      </div>
    </>
  );
}

/** "Mon 3 Aug, 14:05 – 15:00, 55 min". */
function took({ startedAt, endedAt, actualDuration }: Meeting): string {
  if (startedAt === null || endedAt === null) return "";
  const long = actualDuration ?? endedAt - startedAt;
  const spoken = long < 60_000 ? "under a minute" : lasting(long / 60_000);
  return `${day(startedAt)}, ${hour(startedAt)} – ${hour(endedAt)}, ${spoken}`;
}
