/** The shape of the room before it is there. */
export function RoomSkeleton() {
  return (
    <div className="room" aria-busy="true">
      <div className="room-bar">
        <div className="skeleton room-title-skeleton" />
      </div>
      <main id="main" className="room-panels">
        <h1 className="visually-hidden">Meeting room</h1>
        <div className="panel note-panel">
          <div className="lines-skeleton">
            {[52, 90, 76, 84, 40].map((width) => (
              <div
                key={width}
                className="skeleton line-skeleton"
                style={{ width: `${width}%` }}
              />
            ))}
          </div>
        </div>
        <div className="panel side-panel" />
      </main>
      <span className="visually-hidden" role="status">
        Opening the room
      </span>
    </div>
  );
}
