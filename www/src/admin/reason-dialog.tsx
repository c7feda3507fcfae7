"use client";

import { useState, type ReactNode } from "react";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Field, formMessage, lengthWords } from "@/ui/field";
import { Notice } from "@/ui/notice";

/** Asks why before something is done; the reason goes into the audit log. */
export function ReasonDialog({
  title,
  action,
  danger,
  work,
  onClose,
  children,
}: {
  title: string;
  /** What the button says. */
  action: string;
  danger?: boolean;
  work: (reason: string) => Promise<unknown>;
  onClose: () => void;
  children?: ReactNode;
}) {
  const task = useTask();
  const [reason, setReason] = useState("");
  const message = formMessage(task.error, ["/reason"]);
  return (
    <Dialog title={title} small onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void task
            .run(() => work(reason))
            .then((done) => {
              if (done) onClose();
            });
        }}
      >
        <div className="dialog-body stack">
          {children}
          <Field
            label="Reason, for the record"
            pointer="/reason"
            error={task.error}
            words={lengthWords("a reason")}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            autoComplete="off"
            required
          />
          {message && <Notice tone="bad">{message}</Notice>}
        </div>
        <div className="dialog-foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            look={danger ? "danger" : "primary"}
            disabled={task.busy}
          >
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
