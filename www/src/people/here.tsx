/** Says that somebody is in the meeting now, or has its note open. */
export function Here({ in: place }: { in: "note" | "meeting" }) {
  return (
    <span className="here">
      <span className="dot" />{" "}
      {place === "note" ? "In the note" : "In the meeting"}
    </span>
  );
}
