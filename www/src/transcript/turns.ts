import type { Chunk, ChunkDraft } from "@connvo/client";

/** A pause that begins a new turn of the same speaker, in milliseconds. */
const PAUSE_MS = 15_000;

/** What one person said in one go. */
export interface Turn {
  key: string;
  /** The name shown. */
  speaker: string;
  /** The label that the chunks have. */
  label: string;
  /** Who speaks, where that is known. */
  userId: string | null;
  /** What the speaker's colour hangs on. */
  person: string;
  /** Milliseconds since the Unix epoch. */
  startMs: number;
  parts: { key: string; text: string; interim: boolean }[];
}

/** Chunks in order, gathered into turns; what is still being said comes last. */
export function turnsOf(
  chunks: readonly Chunk[],
  interim: readonly ChunkDraft[],
  /** What the meeting calls its speakers, by label. */
  names: ReadonlyMap<string, string>,
): Turn[] {
  const turns: Turn[] = [];
  let endMs = 0;
  for (const chunk of [...chunks, ...interim]) {
    const { speaker, startMs } = chunk;
    const key = `${chunk.sourceId}/${chunk.segmentId}`;
    const part = { key, text: chunk.text, interim: chunk.isInterim };
    const last = turns.at(-1);
    if (last?.label === speaker.label && startMs - endMs < PAUSE_MS) {
      last.parts.push(part);
    } else {
      turns.push({
        key,
        speaker: names.get(speaker.label) ?? speaker.label,
        label: speaker.label,
        userId: speaker.userId ?? null,
        person: speaker.userId ?? speaker.label,
        startMs,
        parts: [part],
      });
    }
    endMs = chunk.endMs;
  }
  return turns;
}
