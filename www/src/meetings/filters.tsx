"use client";

import type { MeetingOptions } from "@connvo/client";
import { useId } from "react";
import { Button } from "@/ui/button";

/** What a list of meetings is narrowed to; each empty for any. */
export interface Filter {
  q: string;
  tag: string;
  state: string;
  type: string;
  role: string;
}

/** Every meeting. */
export const EVERY: Filter = { q: "", tag: "", state: "", type: "", role: "" };

type Choice = readonly (readonly [value: string, words: string])[];

const STATES: Choice = [
  ["", "Any state"],
  ["scheduled", "Not started"],
  ["active", "Live"],
  ["concluded", "Ended"],
  ["cancelled", "Cancelled"],
];
const TYPES: Choice = [
  ["", "Any kind"],
  ["scheduled", "Once"],
  ["recurring", "Recurring"],
  ["instant", "Instant"],
];
const ROLES: Choice = [
  ["", "Any role"],
  ["host", "I am host"],
  ["co-host", "I am co-host"],
  ["participant", "I take part"],
  ["observer", "I observe"],
];

/** What of a filter the server is asked by. */
export function optionsOf(filter: Filter): MeetingOptions {
  const given = Object.entries(filter)
    .map(([name, value]: [string, string]) => [name, value.trim()] as const)
    .filter(([, value]) => value !== "");
  return Object.fromEntries(given);
}

/** Narrows a list of meetings. */
export function Filters({
  filter,
  mine,
  onFilter,
}: {
  filter: Filter;
  /** Whether they are the person's own, who has a role in them. */
  mine: boolean;
  onFilter: (filter: Filter) => void;
}) {
  const put = (change: Partial<Filter>) => onFilter({ ...filter, ...change });
  const narrowed = Object.values<string>({ ...filter }).some(Boolean);
  return (
    <search className="filters" aria-label="Filter">
      <Text label="Title" value={filter.q} onValue={(q) => put({ q })} />
      <Text label="Tag" value={filter.tag} onValue={(tag) => put({ tag })} />
      <Pick
        label="State"
        choice={STATES}
        value={filter.state}
        onValue={(state) => put({ state })}
      />
      <Pick
        label="Kind"
        choice={TYPES}
        value={filter.type}
        onValue={(type) => put({ type })}
      />
      {mine && (
        <Pick
          label="Role"
          choice={ROLES}
          value={filter.role}
          onValue={(role) => put({ role })}
        />
      )}
      <Button
        look="quiet"
        icon="close"
        disabled={!narrowed}
        onClick={() => onFilter(EVERY)}
      >
        Clear
      </Button>
    </search>
  );
}

interface Part {
  label: string;
  value: string;
  onValue: (value: string) => void;
}

function Text({ label, value, onValue }: Part) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="input"
        type="search"
        autoComplete="off"
        maxLength={label === "Tag" ? 40 : 200}
        value={value}
        onChange={(event) => onValue(event.target.value)}
      />
    </div>
  );
}

function Pick({ label, choice, value, onValue }: Part & { choice: Choice }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input"
        value={value}
        onChange={(event) => onValue(event.target.value)}
      >
        {choice.map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
