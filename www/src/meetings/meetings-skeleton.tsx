/** The shape of the list before it is there. */
export function MeetingsSkeleton() {
  return (
    <div className="meetings-waiting" aria-busy="true">
      <div className="skeleton create-skeleton" />
      {[0, 1, 2].map((row) => (
        <div key={row} className="skeleton meeting-skeleton" />
      ))}
      <span className="visually-hidden" role="status">
        Loading your meetings
      </span>
    </div>
  );
}
