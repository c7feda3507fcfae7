import type { ShownMessage } from "@connvo/client";

/** What stands in the chat's own line: a message with the answers to it. */
export interface Entry {
  /** The message that began it: its id, also where the message is not here. */
  id: string;
  /** Null for one from before what is here. */
  first: ShownMessage | null;
  answers: ShownMessage[];
}

/** Messages by thread, each where it began; what began before all that is here
    stands where its first answer does. */
export function entriesOf(messages: readonly ShownMessage[]): Entry[] {
  const entries = new Map<string, Entry>();
  for (const shown of messages) {
    const { id, threadId } = shown.message;
    if (threadId === null) {
      entries.set(id, { id, first: shown, answers: [] });
      continue;
    }
    const entry = entries.get(threadId);
    if (entry) entry.answers.push(shown);
    else entries.set(threadId, { id: threadId, first: null, answers: [shown] });
  }
  return [...entries.values()];
}
