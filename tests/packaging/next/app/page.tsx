import { MeetingNote } from "./meeting-note";

const MEETING = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";

export default function Page() {
  return (
    <main>
      <h1>Notes</h1>
      <MeetingNote meetingId={MEETING} />
    </main>
  );
}
