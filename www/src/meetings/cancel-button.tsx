"use client";

import type { Meeting } from "@connvo/client";
import { useState } from "react";
import { api } from "@/lib/api";
import type { Rules } from "@/lib/rules";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";

/** Calls a meeting off, and of a recurring one perhaps all that is to come. */
export function CancelButton({
  meeting,
  rules,
  onCancel,
}: {
  meeting: Meeting;
  rules: Rules | undefined;
  onCancel: () => void;
}) {
  const [asking, setAsking] = useState(false);
  const [whole, setWhole] = useState(false);
  const may = rules?.refusal(meeting, "cancelMeeting") === null;
  if (!may && !asking) return null;
  return (
    <>
      <Button look="danger" onClick={() => setAsking(true)}>
        Call it off
      </Button>
      {asking && (
        <Confirm
          title={`Call off ${meeting.title}?`}
          action="Call off"
          work={async () => {
            await api.meetings.cancel(meeting.id, whole);
            onCancel();
          }}
          onClose={() => setAsking(false)}
        >
          It will not take place, and cannot be started any more.
          {meeting.type === "recurring" && (
            <label className="check check-below">
              <input
                type="checkbox"
                checked={whole}
                onChange={(event) => setWhole(event.target.checked)}
              />
              The whole series: nothing is to follow
            </label>
          )}
        </Confirm>
      )}
    </>
  );
}
