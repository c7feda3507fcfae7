"use client";

import type { Flag, FlagDraft, Rule } from "@connvo/client";
import { useState } from "react";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Area, Field, formMessage, lengthWords } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { admin } from "./api";
import { json, parsed } from "./json";

const POINTERS = [
  "/value",
  "/rollout",
  "/rules",
  "/environment",
  "/tags",
  "/description",
  "/reason",
];

/** What a flag is to be, and why; a new one has a key to choose. */
export function FlagDialog({
  flag,
  onDone,
  onClose,
}: {
  flag: Flag | undefined;
  onDone: () => void;
  onClose: () => void;
}) {
  const task = useTask();
  const [key, setKey] = useState(flag?.key ?? "");
  const [value, setValue] = useState(json(flag?.value ?? true));
  const [active, setActive] = useState(flag?.active ?? true);
  const [rollout, setRollout] = useState(String(flag?.rollout ?? 100));
  const [rules, setRules] = useState(json(flag?.rules ?? []));
  const [environment, setEnvironment] = useState(flag?.environment ?? "");
  const [tags, setTags] = useState(flag?.tags.join(", ") ?? "");
  const [description, setDescription] = useState(flag?.description ?? "");
  const [reason, setReason] = useState("");

  const draft = (): FlagDraft => ({
    value: parsed(value, "/value"),
    active,
    rollout: Number(rollout),
    rules: parsed(rules, "/rules") as Rule[],
    tags: tags
      .split(",")
      .map((tag) => tag.trim())
      .filter(Boolean),
    description,
    reason,
    ...(environment.trim() && { environment: environment.trim() }),
  });
  const put = async () => {
    await admin.putFlag(key.trim(), draft());
    onDone();
  };
  const message = formMessage(task.error, POINTERS);
  const said = { error: task.error };
  return (
    <Dialog
      title={flag ? `Change ${flag.key}` : "New flag"}
      small
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void task.run(put).then((done) => {
            if (done) onClose();
          });
        }}
      >
        <div className="dialog-body stack">
          {!flag && (
            <Field
              label="Key"
              pointer="/key"
              placeholder="letters, digits, dot, dash and underscore"
              value={key}
              onChange={(event) => setKey(event.target.value)}
              autoComplete="off"
              required
            />
          )}
          <label className="check">
            <input
              type="checkbox"
              checked={active}
              onChange={(event) => setActive(event.target.checked)}
            />
            Active: on for anybody at all
          </label>
          <Field
            {...said}
            label="Rollout, in percent of people"
            pointer="/rollout"
            type="number"
            min={0}
            max={100}
            step={1}
            value={rollout}
            onChange={(event) => setRollout(event.target.value)}
            required
          />
          <Area
            {...said}
            label="Value, as JSON"
            pointer="/value"
            rows={2}
            spellCheck={false}
            value={value}
            onChange={(event) => setValue(event.target.value)}
            required
          />
          <Area
            {...said}
            label="Exceptions, as a JSON list of rules"
            pointer="/rules"
            rows={5}
            spellCheck={false}
            value={rules}
            onChange={(event) => setRules(event.target.value)}
            required
          />
          <Field
            {...said}
            label="Only in this environment (every one where empty)"
            pointer="/environment"
            value={environment}
            onChange={(event) => setEnvironment(event.target.value)}
            autoComplete="off"
          />
          <Field
            {...said}
            label="Tags, with commas between"
            pointer="/tags"
            value={tags}
            onChange={(event) => setTags(event.target.value)}
            autoComplete="off"
          />
          <Field
            {...said}
            label="What it switches"
            pointer="/description"
            value={description}
            onChange={(event) => setDescription(event.target.value)}
            autoComplete="off"
          />
          <Field
            {...said}
            label="Reason, for the record"
            pointer="/reason"
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
          <Button type="submit" look="primary" disabled={task.busy}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
