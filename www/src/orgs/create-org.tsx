"use client";

import { useState } from "react";
import { useOnce } from "@/lib/once";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Field, formMessage, lengthWords } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { orgs } from "./api";

/** Makes an organisation, whose administrator I am. */
export function CreateOrg({ onCreated }: { onCreated: () => void }) {
  const task = useTask();
  const once = useOnce();
  const [name, setName] = useState("");
  const message = formMessage(task.error, ["/name"]);
  const create = async () => {
    await once(name, (key) => orgs.create(name, key));
    setName("");
    onCreated();
  };
  return (
    <form
      className="line-form"
      onSubmit={(event) => {
        event.preventDefault();
        void task.run(create);
      }}
    >
      <Field
        label="New organisation"
        placeholder="Its name"
        pointer="/name"
        error={task.error}
        words={lengthWords("a name")}
        value={name}
        onChange={(event) => setName(event.target.value)}
        autoComplete="off"
        required
      />
      <Button type="submit" icon="plus" disabled={task.busy}>
        Create
      </Button>
      {message && <Notice tone="bad">{message}</Notice>}
    </form>
  );
}
