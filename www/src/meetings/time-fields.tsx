"use client";

import { useMemo } from "react";
import { zones } from "@/lib/zone";
import { Field, Select } from "@/ui/field";
import type { PartProps } from "./plan-fields";
import { RepeatFields } from "./repeat-fields";
import { WallFields } from "./wall-fields";

/** When it is, how long, and when again. */
export function TimeFields({ typed, error, onTyped }: PartProps) {
  const known = useMemo(() => zones(), []);
  if (typed.type === "instant") {
    return <p className="muted">It begins when you create it.</p>;
  }
  const { first, zone } = typed;
  const recurring = typed.type === "recurring";
  return (
    <div className="fields fields-small">
      <WallFields
        wall={first}
        error={error}
        required={{ date: recurring, time: recurring || first.date !== "" }}
        onWall={(wall) => onTyped({ first: wall })}
      />
      <Field
        label="Minutes"
        pointer="/durationMinutes"
        error={error}
        type="number"
        min={1}
        max={1440}
        inputMode="numeric"
        value={typed.minutes}
        onChange={(event) => onTyped({ minutes: event.target.value })}
      />
      <Select
        label="Timezone"
        value={zone}
        onChange={(event) => onTyped({ zone: event.target.value })}
      >
        {(known.includes(zone) ? known : [zone, ...known]).map((name) => (
          <option key={name} value={name}>
            {name.replaceAll("_", " ")}
          </option>
        ))}
      </Select>
      {recurring && (
        <RepeatFields typed={typed} error={error} onTyped={onTyped} />
      )}
    </div>
  );
}
