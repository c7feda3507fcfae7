"use client";

import type { ConnectionKind } from "@connvo/client";
import { useState } from "react";
import { useOnce } from "@/lib/once";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Area, formMessage, lengthWords, Select } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { connections } from "./api";
import { KINDS } from "./words";

/** Asks somebody for a connection, with a word along. */
export function AskForm({
  userId,
  name,
  onAsked,
}: {
  userId: string;
  name: string;
  onAsked: () => void;
}) {
  const task = useTask();
  const once = useOnce();
  const [kind, setKind] = useState<ConnectionKind>("connection");
  const [message, setMessage] = useState("");
  const [done, setDone] = useState("");
  const ask = async () => {
    const draft = { userId, kind, message };
    const { state } = await once(draft, (key) => connections.ask(draft, key));
    setDone(state === "accepted" ? `You follow ${name}.` : `${name} is asked.`);
    setMessage("");
    onAsked();
  };
  const refused =
    task.error?.errors.find(({ pointer }) => pointer === "/userId")?.message ??
    formMessage(task.error, ["/message"]);
  return (
    <form
      className="fields"
      aria-label={`Ask ${name}`}
      onSubmit={(event) => {
        event.preventDefault();
        setDone("");
        void task.run(ask);
      }}
    >
      <Select
        label="What it is about"
        value={kind}
        onChange={(event) => setKind(event.target.value as ConnectionKind)}
      >
        {KINDS.map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </Select>
      <Area
        label="A word along with it"
        pointer="/message"
        error={task.error}
        words={lengthWords("a word")}
        rows={2}
        className="input prose"
        value={message}
        onChange={(event) => setMessage(event.target.value)}
      />
      {refused && <Notice tone="bad">{refused}</Notice>}
      <div className="fields-foot saved">
        <Button type="submit" look="primary" disabled={task.busy}>
          Ask {name}
        </Button>
        <p role="status">{done}</p>
      </div>
    </form>
  );
}
