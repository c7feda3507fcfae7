"use client";

import type { Command, RefusedCall } from "@connvo/client";
import { useRefused } from "@connvo/client/react";
import { said } from "@/chat/said";
import { Button } from "@/ui/button";
import { Notice } from "@/ui/notice";

/** What was asked for off the line, before the page was loaded again, and could not be
    done in the end. */
export function RefusedCalls() {
  const { refused, dismiss } = useRefused();
  if (refused.length === 0) return null;
  return (
    <div className="refused-calls">
      {refused.map((one, place) => (
        <Notice
          key={place}
          tone="bad"
          action={
            <Button small onClick={() => dismiss(one)}>
              Close
            </Button>
          }
        >
          {words(one)}
        </Notice>
      ))}
    </div>
  );
}

function words({ command, error }: RefusedCall): string {
  const text = "text" in command ? `: “${command.text}”` : "";
  return `${NAMES[command.type] ?? "Not done"}${text}. ${said(error)}`;
}

const NAMES: Partial<Record<Command["type"], string>> = {
  postMessage: "Not sent",
  editMessage: "Not edited",
  deleteMessage: "Not deleted",
  reactToMessage: "Reaction not sent",
  raiseHand: "Hand not raised",
  lowerHand: "Hand not lowered",
  nextSpeaker: "The next speaker was not called",
  pauseTranscription: "Transcription not paused",
  resumeTranscription: "Transcription not resumed",
};
