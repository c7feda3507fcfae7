"use client";

import type { ProfileDraft } from "@connvo/client";
import { useState } from "react";
import { ofList } from "@/lib/list-field";
import { useTask } from "@/lib/task";
import { Button } from "@/ui/button";
import { Area, Field, formMessage } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { profile } from "./api";
import { draft, LINKS, LISTS, LONG, SHORT, SWITCHES, typed } from "./fields";

const POINTERS = [
  ...[...SHORT, ...LONG].map(([key]) => `/${key}`),
  ...LISTS.map(([key]) => `/${key}`),
  ...LINKS.map(([key]) => `/links/${key}`),
];

/** All that I say of myself; saving puts it in the place of what was there. */
export function ProfileForm({ given }: { given: ProfileDraft }) {
  const task = useTask();
  const [now, setNow] = useState(() => typed(given));
  // What was refused is of the lists that were sent, not of what is typed since.
  const [sent, setSent] = useState(given);
  const [done, setDone] = useState("");
  const { error } = task;
  const put = <Part extends keyof typeof now>(
    part: Part,
    change: Partial<(typeof now)[Part]>,
  ) => setNow({ ...now, [part]: { ...now[part], ...change } });
  const save = async () => {
    const wanted = draft(now);
    setSent(wanted);
    setNow(typed(await profile.put(wanted)));
    setDone("Your profile is saved.");
  };
  const said = LISTS.some(([key]) =>
    error?.errors.some((one) => one.pointer.startsWith(`/${key}/`)),
  );
  const message = said ? undefined : formMessage(error, POINTERS);
  return (
    <form
      className="fields"
      aria-label="My profile"
      onSubmit={(event) => {
        event.preventDefault();
        setDone("");
        void task.run(save);
      }}
    >
      {SHORT.map(([key, label]) => (
        <Field
          key={key}
          label={label}
          pointer={`/${key}`}
          error={error}
          value={now.texts[key]}
          onChange={(event) => put("texts", { [key]: event.target.value })}
        />
      ))}
      {LONG.map(([key, label]) => (
        <Area
          key={key}
          label={label}
          pointer={`/${key}`}
          error={error}
          rows={4}
          className="input prose"
          value={now.texts[key]}
          onChange={(event) => put("texts", { [key]: event.target.value })}
        />
      ))}
      {LISTS.map(([key, label, example]) => (
        <Field
          key={key}
          label={label}
          placeholder={example}
          pointer={`/${key}`}
          error={ofList(error, `/${key}`, sent[key])}
          value={now.lists[key]}
          onChange={(event) => put("lists", { [key]: event.target.value })}
          autoComplete="off"
        />
      ))}
      {LINKS.map(([key, label]) => (
        <Field
          key={key}
          label={label}
          placeholder="https://"
          pointer={`/links/${key}`}
          error={error}
          value={now.links[key]}
          onChange={(event) => put("links", { [key]: event.target.value })}
          autoComplete="off"
        />
      ))}
      <fieldset className="rights fields-foot">
        <legend>I would like to</legend>
        {SWITCHES.map(([key, words]) => (
          <label key={key} className="check">
            <input
              type="checkbox"
              checked={now.switches[key]}
              onChange={(event) =>
                put("switches", { [key]: event.target.checked })
              }
            />
            {words}
          </label>
        ))}
      </fieldset>
      {message && <Notice tone="bad">{message}</Notice>}
      <div className="fields-foot saved">
        <Button type="submit" look="primary" disabled={task.busy}>
          Save profile
        </Button>
        <p role="status">{done}</p>
      </div>
    </form>
  );
}
