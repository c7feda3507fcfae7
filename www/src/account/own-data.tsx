"use client";

import { useState } from "react";
import { writeSession } from "@/lib/session";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Confirm } from "@/ui/confirm";
import { Notice } from "@/ui/notice";
import { deleteMe, takeMyData } from "./requests";

/** Taking one's data along, and having it deleted. */
export function OwnData() {
  const task = useTask();
  const [asking, setAsking] = useState(false);
  return (
    <section className="card" aria-labelledby="account-data">
      <h2 id="account-data">My data</h2>
      {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      <div className="card-actions">
        <Button disabled={task.busy} onClick={() => void task.run(takeMyData)}>
          {task.busy ? "One moment …" : "Download my data"}
        </Button>
        <Button look="danger" onClick={() => setAsking(true)}>
          Delete my account
        </Button>
      </div>
      {asking && (
        <Confirm
          title="Delete your account?"
          action="Delete my account"
          work={async () => {
            await deleteMe();
            writeSession(null);
          }}
          onClose={() => setAsking(false)}
        >
          Your profile, your connections and your access to every meeting go,
          and do not come back. Download your data first if you want to keep it.
        </Confirm>
      )}
    </section>
  );
}
