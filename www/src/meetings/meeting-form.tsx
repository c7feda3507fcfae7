"use client";

import type { ReactNode } from "react";
import type { MeetingType } from "@connvo/client";
import { Button } from "@/ui/button";
import { formMessage } from "@/ui/field";
import { Notice } from "@/ui/notice";
import { AboutFields, SettingFields, type PartProps } from "./plan-fields";
import { TimeFields } from "./time-fields";

const TYPES: [MeetingType, string][] = [
  ["scheduled", "Once"],
  ["recurring", "Again and again"],
  ["instant", "Now"],
];
/** What the fields of the form show of an error. */
const POINTERS = [
  "/title",
  "/description",
  "/tags",
  "/scheduledAt",
  "/durationMinutes",
  "/maxParticipants",
  "/rrule",
];

/** The fields of a meeting's plan, for a new one and for one that is changed. */
export function MeetingForm({
  label,
  types,
  timed = true,
  busy,
  action,
  onSubmit,
  children,
  ...part
}: PartProps & {
  /** What the form is called. */
  label: string;
  /** The ways of coming about that can be chosen. */
  types: readonly MeetingType[];
  /** Whether its time can be changed (any more). */
  timed?: boolean;
  busy: boolean;
  /** What the button says. */
  action: string;
  onSubmit: () => void;
  children?: ReactNode;
}) {
  const { typed, error, onTyped } = part;
  const inList = error?.errors.some(({ pointer }) =>
    pointer.startsWith("/tags/"),
  );
  const message = inList ? undefined : formMessage(error, POINTERS);
  return (
    <form
      className="stack"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <section className="card" aria-labelledby="plan-about">
        <h2 id="plan-about">What it is about</h2>
        <AboutFields {...part} />
      </section>
      {timed && (
        <section className="card" aria-labelledby="plan-time">
          <h2 id="plan-time">When it is</h2>
          <fieldset className="checks checks-line">
            <legend>It takes place</legend>
            {TYPES.filter(([type]) => types.includes(type)).map(
              ([type, words]) => (
                <label key={type} className="check">
                  <input
                    type="radio"
                    name="type"
                    checked={typed.type === type}
                    onChange={() => onTyped({ type })}
                  />
                  {words}
                </label>
              ),
            )}
          </fieldset>
          <TimeFields {...part} />
        </section>
      )}
      <section className="card" aria-labelledby="plan-settings">
        <h2 id="plan-settings">How it is</h2>
        <SettingFields {...part} />
      </section>
      {children}
      {message && <Notice tone="bad">{message}</Notice>}
      <div className="form-foot">
        <Button type="submit" look="primary" disabled={busy}>
          {action}
        </Button>
      </div>
    </form>
  );
}
