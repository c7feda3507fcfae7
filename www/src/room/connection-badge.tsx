"use client";

import type { ConnectionState, NoteStatus } from "@connvo/client";
import { useConnection, useStorage } from "@connvo/client/react";

type Status = ConnectionState["status"];

/** The line's state, and what has not got through yet. */
export function ConnectionBadge({ note }: { note: NoteStatus | null }) {
  const { status } = useConnection();
  const storage = useStorage();
  const unsent = note?.unsent ?? 0;
  return (
    <>
      <span
        className={`pill connection ${LOOKS[status]}`}
        title={hint(status, storage === "memory")}
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
        {SPOKEN[status]}
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
  live: "Connected",
  connecting: "",
  degraded: "The connection is poor. Changes are kept on this device.",
  offline: "Offline. Changes are kept on this device.",
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

function hint(status: Status, memory: boolean): string {
  if (status === "live") return "Connected: everybody sees your changes.";
  return memory
    ? "This browser keeps nothing: leave the page open until you are back."
    : "Keep writing: your changes are kept on this device and sent later.";
}
