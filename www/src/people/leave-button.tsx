"use client";

import type { Meeting } from "@connvo/client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/lib/api";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";

/** Leaves the meeting for good. */
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
          You are no longer a member, and come back only when somebody invites
          you again.
        </Confirm>
      )}
    </div>
  );
}
