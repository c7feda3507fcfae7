/** What the server says of the meeting, in words; `name` is whom it is about. */
export function systemWords(event: string, name: string | undefined): string {
  const who = name ?? "Somebody";
  switch (event) {
    case "meetingStarted":
      return `${who} started the meeting`;
    case "meetingEnded":
      return name ? `${name} ended the meeting` : "The meeting ended";
    case "hostChanged":
      return `${who} is the host now`;
    case "participantRemoved":
      return `${who} was sent away`;
    case "transcriptionPaused":
      return `${who} paused the transcript`;
    case "transcriptionResumed":
      return `${who} let the transcript go on`;
    default:
      return event;
  }
}
