import Link from "next/link";
import { hour } from "@/lib/time";
import { meetingPath } from "@/meetings/link";
import { Icon } from "@/ui/icon";
import type { Occurrence } from "./model";

/** A meeting on its day. */
export function Entry({ of: { meeting, at, again } }: { of: Occurrence }) {
  const { id, title, state, type } = meeting;
  return (
    <Link
      href={meetingPath(id)}
      className="entry"
      data-state={state}
      data-testid="entry"
      title={`${hour(at)} ${title}`}
    >
      <time dateTime={new Date(at).toISOString()}>{hour(at)}</time>
      <span className="entry-title">{title}</span>
      {type === "recurring" && <Icon name="repeat" />}
      {again && <span className="visually-hidden"> (again)</span>}
    </Link>
  );
}
