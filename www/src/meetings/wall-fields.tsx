import type { ConnvoError } from "@connvo/client";
import type { Wall } from "@/lib/zone";
import { Field } from "@/ui/field";

/** A date and a time of day, as `scheduledAt`. */
export function WallFields({
  wall,
  error,
  required,
  onWall,
}: {
  wall: Wall;
  error: ConnvoError | undefined;
  /** Whether each has to be given. */
  required: { date: boolean; time: boolean };
  onWall: (wall: Wall) => void;
}) {
  return (
    <>
      <Field
        label="Date"
        pointer="/scheduledAt"
        error={error}
        type="date"
        max="2099-12-31"
        value={wall.date}
        onChange={(event) => onWall({ ...wall, date: event.target.value })}
        required={required.date}
      />
      <Field
        label="Time"
        pointer="/scheduledAt/time"
        type="time"
        value={wall.time}
        onChange={(event) => onWall({ ...wall, time: event.target.value })}
        required={required.time}
      />
    </>
  );
}
