"use client";

import { useConnection, useNote } from "@connvo/client/react";
import { useEffect, useRef, useState } from "react";
import { show, take } from "./textarea";

const ME = { name: "Ada", color: "#7c5cff" };

export function NoteArea({ meetingId }: { meetingId: string }) {
  const { note, status, peers, error } = useNote(meetingId, ME);
  const connection = useConnection();
  const area = useRef<HTMLTextAreaElement>(null);
  const [refused, setRefused] = useState("");

  useEffect(() => {
    const box = area.current;
    if (!note || !box) return;
    box.value = note.text();
    return note.onDelta((operation) => show(box, operation));
  }, [note]);

  if (error) return <p role="alert">{error.message}</p>;
  if (!note) return <p>Opening the note …</p>;
  return (
    <>
      <textarea
        ref={area}
        aria-label="Meeting notes"
        readOnly={!status.writable}
        onChange={(event) => setRefused(take(note, event.target))}
      />
      {refused && <p role="alert">{refused}</p>}
      <p>
        {connection.status}, {status.unsent} unsent, {peers.length} others
      </p>
      <output id="saved">{status.saved ? "saved" : "not saved"}</output>
    </>
  );
}
