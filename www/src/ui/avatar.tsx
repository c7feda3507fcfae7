import { initials, legible, personColor } from "@/lib/person";

/** A person's letters on their colour. */
export function Avatar({
  name,
  person,
  color,
}: {
  name: string;
  /** What the colour hangs on: the user id, or a speaker's label. */
  person: string;
  /** A colour of their own choice. */
  color?: string;
}) {
  return (
    <span
      className="avatar"
      style={{
        "--person":
          color === undefined ? personColor(person) : legible(color, name),
      }}
      aria-hidden="true"
    >
      {initials(name)}
    </span>
  );
}
