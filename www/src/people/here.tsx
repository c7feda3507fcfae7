/** Says that somebody has the note open. */
export function Here() {
  return (
    <span className="here">
      <span className="dot" /> In the note
    </span>
  );
}
