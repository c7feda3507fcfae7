"use client";

import { useRouter } from "next/navigation";
import { useState } from "react";
import { api } from "@/lib/api";
import { useOnce } from "@/lib/once";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Field, formMessage, lengthWords } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { roomPath } from "./link";

/** Makes a meeting and goes to its room. */
export function CreateForm() {
  const router = useRouter();
  const task = useTask();
  const once = useOnce();
  const [title, setTitle] = useState("");
  const message = formMessage(task.error, ["/title"]);
  const create = async () => {
    const draft = { title };
    const make = (key: string) => api.meetings.create(draft, key);
    const { id } = await once(draft, make);
    router.push(roomPath(id));
  };
  return (
    <form
      className="create-form"
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(create);
      }}
    >
      <Field
        label="New meeting"
        placeholder="What is it about?"
        pointer="/title"
        error={task.error}
        words={lengthWords("a title")}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        autoComplete="off"
        required
      />
      <Button type="submit" look="primary" icon="plus" disabled={task.busy}>
        Create
      </Button>
      {message && <Notice tone="bad">{message}</Notice>}
    </form>
  );
}
