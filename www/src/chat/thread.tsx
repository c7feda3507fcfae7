"use client";

import type { ConnvoError } from "@connvo/client";
import type { ChatView } from "@connvo/client/react";
import { useEffect, useState } from "react";
import { api, problem } from "@/lib/api";
import { IconButton } from "@/ui/button";

/** The head of a thread, with the way back to the chat's line. */
export function ThreadHead({ onBack }: { onBack: () => void }) {
  return (
    <div className="thread-head">
      <IconButton
        small
        autoFocus
        icon="back"
        label="Back to all messages"
        onClick={onBack}
      />
      <h2>Thread</h2>
    </div>
  );
}

/** Reads the answers of the open thread that may not be here: those between what is
    here, and what was changed. */
export function useThread(
  meetingId: string,
  { chat }: ChatView,
  open: string | null,
  /** Whether the chat has more than what is here. */
  more: boolean,
): { error: ConnvoError | undefined } {
  const [failed, setFailed] = useState<{ of: string; error: ConnvoError }>();
  useEffect(() => {
    if (open === null || !more || !chat) return;
    let here = true;
    const read = async () => {
      let after: string | null = null;
      do {
        const page = await api.messages.list(
          meetingId,
          { after, limit: 100 },
          open,
        );
        if (!here) return;
        chat.addEarlier(page.items);
        after = page.next ?? null;
      } while (after !== null);
    };
    read().catch((thrown: unknown) => {
      if (here) setFailed({ of: open, error: problem(thrown) });
    });
    return () => {
      here = false;
    };
  }, [meetingId, chat, open, more]);
  return { error: failed?.of === open ? failed.error : undefined };
}
