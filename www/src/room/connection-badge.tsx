"use client";

import type { ConnectionState, NoteStatus } from "@connvo/client";
import { useConnection } from "@connvo/client/react";
import { useNotKept } from "./use-not-kept";

type Status = ConnectionState["status"];

/** The line's state, and what has not got through yet. */
export function ConnectionBadge({ note }: { note: NoteStatus | null }) {
  const { status } = useConnection();
  const notKept = useNotKept(note);
  const unsent = note?.unsent ?? 0;
  return (
    <>
      <span
        className={`pill connection ${LOOKS[status]}`}
        title={spoken(status, notKept)}
        data-testid="connection"
        data-status={status}
        data-unsent={unsent}
        data-synced={note?.synced ?? false}
        data-saved={note?.saved ?? false}
      >
        <span className={status === "connecting" ? "dot dot-pulse" : "dot"} />
        <span>{words(status, unsent)}</span>
      </span>
      <span className="visually-hidden" role="status">
        {spoken(status, notKept)}
      </span>
    </>
  );
}

const LOOKS: Record<Status, string> = {
  live: "pill-good",
  connecting: "",
  degraded: "pill-warn",
  offline: "pill-warn",
};

const SPOKEN: Record<Status, string> = {
  live: "Connected.",
  connecting: "",
  degraded: "The connection is poor.",
  offline: "Offline.",
};

function words(status: Status, unsent: number): string {
  const waiting = unsent > 0 ? ` · ${unsent} unsent` : "";
  switch (status) {
    case "live":
      return unsent > 0 ? "Saving…" : "All changes saved";
    case "connecting":
      return `Connecting…${waiting}`;
    case "degraded":
      return `Reconnecting…${waiting}`;
    case "offline":
      return `Offline${waiting}`;
  }
}

function spoken(status: Status, notKept: boolean): string {
  const line = SPOKEN[status];
  if (line === "" || status === "live") return line;
  return notKept
    ? `${line} Changes are not kept on this device.`
    : `${line} Changes are kept on this device.`;
}
