"use client";

import { useConnection, useNote } from "@connvo/client/react";
import { useEffect, useState } from "react";
import { replaceWith } from "./replace-with";

const ME = { name: "Ada", color: "#7c5cff" };

export function NoteArea({ meetingId }: { meetingId: string }) {
  const { note, status, peers, error } = useNote(meetingId, ME);
  const connection = useConnection();
  const [text, setText] = useState("");

  useEffect(() => {
    if (!note) return;
    setText(note.text());
    return note.onDelta(() => setText(note.text()));
  }, [note]);

  if (error) return <p role="alert">{error.message}</p>;
  if (!note) return <p>Opening the note …</p>;
  return (
    <>
      <textarea
        aria-label="Meeting notes"
        value={text}
        readOnly={!status.writable}
        onChange={(event) => {
          note.edit(replaceWith(note.text(), event.target.value));
          setText(note.text());
        }}
      />
      <p>
        {connection.status}, {status.unsent} unsent, {peers.length} others
      </p>
      <output id="saved">{status.saved ? "saved" : "not saved"}</output>
    </>
  );
}
