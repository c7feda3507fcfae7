"use client";

import { Field, Select } from "@/ui/field";
import { Notice } from "@/ui/notice";
import type { PartProps } from "./plan-fields";
import {
  DAYS,
  dayOf,
  inWords,
  ruleOf,
  type Often,
  type Repeat,
} from "./repeat";

const OFTEN: [Often, string][] = [
  ["DAILY", "days"],
  ["WEEKLY", "weeks"],
  ["MONTHLY", "months"],
];
const ENDS: [Repeat["ends"], string][] = [
  ["never", "never"],
  ["until", "on a day"],
  ["count", "after some times"],
];

/** When it comes again, by simple choices. */
export function RepeatFields({ typed, error, onTyped }: PartProps) {
  const { repeat, first, zone, otherRule } = typed;
  const put = (change: Partial<Repeat>) =>
    onTyped({ repeat: { ...repeat, ...change }, otherRule: null });
  const own = dayOf(first.date);
  const refused = error?.errors.find(({ pointer }) => pointer === "/rrule");
  return (
    <fieldset className="repeat fields fields-small fields-foot">
      <legend className="visually-hidden">It comes again</legend>
      <Field
        label="Again every"
        pointer="/rrule/interval"
        type="number"
        min={1}
        max={99}
        inputMode="numeric"
        value={repeat.every}
        onChange={(event) => put({ every: event.target.value })}
        required
      />
      <Select
        label="Days, weeks or months"
        value={repeat.often}
        onChange={(event) => put({ often: event.target.value as Often })}
      >
        {OFTEN.map(([often, words]) => (
          <option key={often} value={often}>
            {words}
          </option>
        ))}
      </Select>
      <Select
        label="It ends"
        value={repeat.ends}
        onChange={(event) =>
          put({ ends: event.target.value as Repeat["ends"] })
        }
      >
        {ENDS.map(([ends, words]) => (
          <option key={ends} value={ends}>
            {words}
          </option>
        ))}
      </Select>
      {repeat.ends === "until" && (
        <Field
          label="Last day"
          pointer="/rrule/until"
          type="date"
          min={first.date}
          value={repeat.until}
          onChange={(event) => put({ until: event.target.value })}
          required
        />
      )}
      {repeat.ends === "count" && (
        <Field
          label="Times"
          pointer="/rrule/count"
          type="number"
          min={1}
          max={1000}
          inputMode="numeric"
          value={repeat.count}
          onChange={(event) => put({ count: event.target.value })}
          required
        />
      )}
      {repeat.often === "WEEKLY" && (
        <fieldset className="checks checks-line fields-foot">
          <legend>On</legend>
          {DAYS.map(([day, name]) => (
            <label key={day} className="check">
              <input
                type="checkbox"
                checked={day === own || repeat.days.includes(day)}
                disabled={day === own}
                onChange={(event) =>
                  put({
                    days: event.target.checked
                      ? [...repeat.days, day]
                      : repeat.days.filter((one) => one !== day),
                  })
                }
              />
              {name}
            </label>
          ))}
        </fieldset>
      )}
      <p className="muted fields-foot">
        It comes {inWords(otherRule ?? ruleOf(repeat, first, zone), zone)}.
      </p>
      {refused && <Notice tone="bad">{refused.message}</Notice>}
    </fieldset>
  );
}
