"use client";

import { useState } from "react";
import { readSession, writeSession, type Session } from "@/lib/session";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Field, formMessage, lengthWords } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { profile } from "./api";

/** The name that others see. */
export function NameForm({ session }: { session: Session }) {
  const task = useTask();
  const [name, setName] = useState(session.name);
  const [done, setDone] = useState("");
  const message = formMessage(task.error, ["/name"]);
  const save = async () => {
    const account = await profile.setName(name);
    setName(account.name);
    setDone("The name is saved.");
    // Notes show the session's name to others. Who has signed out meanwhile stays so.
    const now = readSession();
    if (now?.userId === session.userId) {
      writeSession({ ...now, name: account.name });
    }
  };
  return (
    <form
      className="line-form"
      aria-label="My name"
      onSubmit={(event) => {
        event.preventDefault();
        setDone("");
        void task.run(save);
      }}
    >
      <Field
        label="Name that others see"
        pointer="/name"
        error={task.error}
        words={lengthWords("a name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="name"
        required
      />
      <Button type="submit" disabled={task.busy}>
        Save name
      </Button>
      {message && <Notice tone="bad">{message}</Notice>}
      <p className="saved" role="status">
        {done}
      </p>
    </form>
  );
}
