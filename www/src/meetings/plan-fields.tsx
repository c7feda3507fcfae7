"use client";

import type { ConnvoError, MeetingSettings } from "@connvo/client";
import { useEntitlements } from "@connvo/client/react";
import { ofList, parts } from "@/lib/list-field";
import { useRules, type Entitlement } from "@/lib/rules";
import { Area, Field, lengthWords } from "@/ui/field";
import type { Typed } from "./typed";

/** What every part of the form takes. */
export interface PartProps {
  typed: Typed;
  error: ConnvoError | undefined;
  onTyped: (change: Partial<Typed>) => void;
}

/** What it is about. */
export function AboutFields({ typed, error, onTyped }: PartProps) {
  return (
    <div className="fields fields-two">
      <Field
        label="Title"
        pointer="/title"
        error={error}
        words={lengthWords("a title")}
        value={typed.title}
        onChange={(event) => onTyped({ title: event.target.value })}
        autoComplete="off"
        required
      />
      <Field
        label="Tags, with commas between"
        placeholder="team, budget"
        pointer="/tags"
        error={ofList(error, "/tags", parts(typed.tags))}
        value={typed.tags}
        onChange={(event) => onTyped({ tags: event.target.value })}
        autoComplete="off"
      />
      <Area
        label="Description"
        pointer="/description"
        error={error}
        rows={3}
        className="input prose"
        value={typed.description}
        onChange={(event) => onTyped({ description: event.target.value })}
      />
    </div>
  );
}

const SETTINGS: [keyof MeetingSettings, string, Entitlement][] = [
  ["transcription", "What is said is written down", "transcription"],
  ["recording", "It is recorded", "recording"],
  ["aiAssistant", "The assistant gives hints", "ai.incall"],
];

/** What it has, and who may come. */
export function SettingFields({ typed, error, onTyped }: PartProps) {
  const rules = useRules();
  const plan = useEntitlements() ?? undefined;
  return (
    <div className="fields">
      <Field
        label="Most participants"
        placeholder="as many as the plan allows"
        pointer="/maxParticipants"
        error={error}
        type="number"
        min={1}
        inputMode="numeric"
        value={typed.most}
        onChange={(event) => onTyped({ most: event.target.value })}
      />
      <fieldset className="checks">
        <legend>In the meeting</legend>
        {SETTINGS.map(([key, words, name]) => {
          const lacking = rules?.lacking(plan, name) ?? null;
          return (
            <label key={key} className="check">
              <input
                type="checkbox"
                checked={typed.settings[key]}
                onChange={(event) =>
                  onTyped({
                    settings: {
                      ...typed.settings,
                      [key]: event.target.checked,
                    },
                  })
                }
              />
              <span>
                {words}
                {lacking !== null && (
                  <span className="muted"> ({lacking})</span>
                )}
              </span>
            </label>
          );
        })}
      </fieldset>
      <fieldset className="checks">
        <legend>Who may come</legend>
        <label className="check">
          <input
            type="checkbox"
            checked={typed.isPublic}
            onChange={(event) => onTyped({ isPublic: event.target.checked })}
          />
          Public: anybody may find it and join
        </label>
        <label className="check">
          <input
            type="checkbox"
            checked={typed.requiresApproval}
            onChange={(event) =>
              onTyped({ requiresApproval: event.target.checked })
            }
          />
          Who joins waits for the host’s yes
        </label>
      </fieldset>
    </div>
  );
}
