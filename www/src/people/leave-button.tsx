"use client";

import type { Meeting } from "@connvo/client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/lib/api";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";

/** Leaves the meeting. */
export function LeaveButton({ meeting }: { meeting: Meeting }) {
  const router = useRouter();
  const [asking, setAsking] = useState(false);
  return (
    <div className="people-foot">
      <Button icon="signOut" onClick={() => setAsking(true)}>
        Leave the meeting
      </Button>
      {asking && (
        <Confirm
          title={`Leave ${meeting.title}?`}
          action="Leave"
          work={async () => {
            await api.meetings.leave(meeting.id);
            router.push("/");
          }}
          onClose={() => setAsking(false)}
        >
          {meeting.role === "host"
            ? "Somebody else becomes its host. You can join again while it is not over."
            : "You take part no longer. You can join again while it is not over."}
        </Confirm>
      )}
    </div>
  );
}
