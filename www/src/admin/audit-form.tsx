"use client";

import { useState } from "react";
import { Button } from "@/ui/button";
import { Field, Select } from "@/ui/field";
import type { AuditFilter } from "./api";

/** Which rows to show; what is left empty is not asked about. */
export function AuditForm({
  filter,
  onFilter,
}: {
  filter: AuditFilter;
  onFilter: (filter: AuditFilter) => void;
}) {
  const [draft, setDraft] = useState({ ...filter, from: "", to: "" });
  const text = (name: "actor" | "resource" | "action") => ({
    pointer: `/${name}`,
    value: draft[name],
    autoComplete: "off",
    onChange: (event: { target: { value: string } }) =>
      setDraft({ ...draft, [name]: event.target.value }),
  });
  const time = (name: "from" | "to") => ({
    pointer: `/${name}`,
    type: "datetime-local",
    value: draft[name],
    onChange: (event: { target: { value: string } }) =>
      setDraft({ ...draft, [name]: event.target.value }),
  });
  return (
    <form
      className="card fields"
      role="search"
      aria-label="Filter the audit log"
      onSubmit={(event) => {
        event.preventDefault();
        onFilter({
          ...draft,
          actor: draft.actor.trim(),
          resource: draft.resource.trim(),
          action: draft.action.trim(),
          from: moment(draft.from),
          to: moment(draft.to),
        });
      }}
    >
      <Field label="Who (user id)" {...text("actor")} />
      <Field label="What it was done to" {...text("resource")} />
      <Field label="Action" {...text("action")} />
      <Select
        label="Kind"
        value={draft.type}
        onChange={(event) => setDraft({ ...draft, type: event.target.value })}
      >
        <option value="">any</option>
        <option value="change">change</option>
        <option value="denial">refusal</option>
        <option value="session">session</option>
        <option value="read">reading</option>
      </Select>
      <Select
        label="Outcome"
        value={draft.success}
        onChange={(event) =>
          setDraft({ ...draft, success: event.target.value })
        }
      >
        <option value="">any</option>
        <option value="true">done</option>
        <option value="false">refused</option>
      </Select>
      <Field label="From" {...time("from")} />
      <Field label="Before" {...time("to")} />
      <div className="fields-foot">
        <Button type="submit" look="primary">
          Show
        </Button>
      </div>
    </form>
  );
}

/** A local date and time in milliseconds since the Unix epoch. */
function moment(local: string): string {
  return local === "" ? "" : String(new Date(local).getTime());
}
