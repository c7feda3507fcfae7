"use client";
/** A meeting's note. */
import { useCallback, useMemo } from "react";
import type { ConnvoError, Note, NoteStatus, Peer, Profile } from "../index.js";
import { useFollowed, useOpened } from "./followed.js";
import { useClient } from "./provider.js";

/** A note, or that it is not there (yet). */
export type NoteView =
  | { note: Note; status: NoteStatus; peers: Peer[]; error: null }
  | { note: null; status: null; peers: Peer[]; error: ConnvoError | null };

const NO_PEERS: Peer[] = [];
const onStatus = (note: Note, run: () => void) => note.onStatus(run);
const onPeers = (note: Note, run: () => void) => note.onPeers(run);

/**
 * Opens a meeting's note while the component is mounted. `note` is null while it
 * is being opened from this device, and when that fails (`error`).
 */
export function useNote(meetingId: string, profile: Profile): NoteView {
  const client = useClient();
  const { name, color } = profile;
  const [note, error] = useOpened<Note>(
    useCallback(
      () => client?.openNote(meetingId, { name, color }),
      [client, meetingId, name, color],
    ),
  );
  const status = useFollowed<Note, NoteStatus | null>(
    note,
    onStatus,
    (note) => note.status(),
    null,
  );
  const peers = useFollowed(note, onPeers, (note) => note.peers(), NO_PEERS);
  return useMemo<NoteView>(
    () =>
      note && status
        ? { note, status, peers, error: null }
        : { note: null, status: null, peers: NO_PEERS, error },
    [note, status, peers, error],
  );
}
