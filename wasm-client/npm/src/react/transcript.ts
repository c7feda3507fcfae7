"use client";
/** A meeting's transcript. */
import { useCallback, useMemo } from "react";
import type { Chunk, ChunkDraft, ConnvoError, Transcript } from "../index.js";
import { useFollowed, useOpened } from "./followed.js";
import { useClient } from "./provider.js";

/** The transcript as it stands. */
export interface TranscriptView {
  items: Chunk[];
  interim: ChunkDraft[];
  /** All that is left from this sequence on is here; null before any. */
  first: number | null;
  /** Takes in what `api.transcript.list` gave after the sequence `after`. */
  addEarlier: (chunks: readonly Chunk[], after: number) => void;
  error: ConnvoError | null;
}

const NO_ITEMS: Chunk[] = [];
const NO_INTERIM: ChunkDraft[] = [];
const onItems = (of: Transcript, run: () => void) => of.onItems(run);

/** Follows a meeting's transcript while the component is mounted. */
export function useTranscript(meetingId: string): TranscriptView {
  const client = useClient();
  const [transcript, failure] = useOpened<Transcript>(
    useCallback(async () => client?.openTranscript(meetingId), [
      client,
      meetingId,
    ]),
  );
  const items = useFollowed(transcript, onItems, (of) => of.items(), NO_ITEMS);
  const interim = useFollowed(
    transcript,
    onItems,
    (of) => of.interim(),
    NO_INTERIM,
  );
  const first = useFollowed<Transcript, number | null>(
    transcript,
    onItems,
    (of) => of.first(),
    null,
  );
  const addEarlier = useCallback(
    (chunks: readonly Chunk[], after: number) =>
      transcript?.addEarlier(chunks, after),
    [transcript],
  );
  const ended = useFollowed<Transcript, ConnvoError | null>(
    transcript,
    onItems,
    (of) => of.error(),
    null,
  );
  const error = failure ?? ended;
  return useMemo(
    () => ({ items, interim, first, addEarlier, error }),
    [items, interim, first, addEarlier, error],
  );
}
