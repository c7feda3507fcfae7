import { initials, personColor } from "@/lib/person";

/** A person's letters on their colour. */
export function Avatar({
  name,
  person,
  color,
}: {
  name: string;
  /** What the colour hangs on: the user id, or a speaker's label. */
  person: string;
  color?: string;
}) {
  return (
    <span
      className="avatar"
      style={{ "--person": color ?? personColor(person) }}
      aria-hidden="true"
    >
      {initials(name)}
    </span>
  );
}
