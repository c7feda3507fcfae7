"use client";

import type { ReactNode } from "react";
import { useTask } from "@/lib/task";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Notice } from "./notice";

/** Asks before something that cannot be taken back. */
export function Confirm({
  title,
  action,
  work,
  onClose,
  children,
}: {
  title: string;
  /** What the button says. */
  action: string;
  work: () => Promise<unknown>;
  onClose: () => void;
  children: ReactNode;
}) {
  const task = useTask();
  return (
    <Dialog title={title} small onClose={onClose}>
      <div className="dialog-body stack">
        <p>{children}</p>
        {task.error && <Notice tone="bad">{task.error.message}</Notice>}
      </div>
      <div className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button
          look="danger"
          disabled={task.busy}
          onClick={() =>
            void task.run(work).then((done) => {
              if (done) onClose();
            })
          }
        >
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
