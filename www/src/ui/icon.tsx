/** Line drawings on a 24 × 24 grid. */
const PATHS = {
  alert:
    "M12 8v5m0 3.2v.1M10.3 4 2.6 17.5A2 2 0 0 0 4.3 20.5h15.4a2 2 0 0 0 1.7-3L13.7 4a2 2 0 0 0-3.4 0Z",
  arrowUp: "M12 19V5m-6 6 6-6 6 6",
  arrowDown: "M12 5v14m-6-6 6 6 6-6",
  back: "M15 5l-7 7 7 7",
  bold: "M7 5h6a3.5 3.5 0 0 1 0 7H7zm0 7h7a3.5 3.5 0 0 1 0 7H7z",
  calendar: "M4 6h16v15H4zM4 11h16M8 3v5m8-5v5",
  chat: "M4 5h16v11h-7l-5 4v-4H4z",
  check: "M5 12.5l4.5 4.5L19 7.5",
  close: "M6 6l12 12M18 6 6 18",
  cloudOff:
    "M4 4l16 16M8.5 7.2A6 6 0 0 1 17.7 11 4 4 0 0 1 20 17.6M6.5 9.6A4.5 4.5 0 0 0 7 18.5h9.5",
  code: "M8 7l-5 5 5 5m8-10 5 5-5 5",
  copy: "M9 9h10v11H9zM5 15V4h10",
  download: "M12 4v11m-5-5 5 5 5-5M5 20h14",
  edit: "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4",
  heading: "M6 5v14M17 5v14M6 12h11",
  history: "M4 4v5h5M4.5 9A8 8 0 1 1 4 13m8-5v4.5l3 2",
  italic: "M10 5h7M7 19h7m-1-14-3 14",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7L12 6.4M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1.1",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6v.1m0 5.9v.1m0 5.9v.1",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  moon: "M20 14.5A8 8 0 1 1 9.5 4a6.5 6.5 0 0 0 10.5 10.5Z",
  note: "M6 3h9l4 4v14H6zM9 12h6m-6 4h6M14 3v5h5",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6.5 9a6.5 6.5 0 0 1 13 0M16 4.500a3.5 3.5 0 0 1 0 6M18.5 14.500A6.5 6.5 0 0 1 21.5 20",
  play: "M8 5.500v13l10.5-6.500z",
  plus: "M12 5v14M5 12h14",
  hand: "M8 12V6.5a1.5 1.5 0 0 1 3 0V11m0-5.500a1.5 1.5 0 0 1 3 0V11m0-4a1.5 1.5 0 0 1 3 0v7a6.500 6.500 0 0 1-6.500 6.500A6 6 0 0 1 5.500 17l-2-4.200a1.400 1.400 0 0 1 2.500-1.300L8 14",
  microphone:
    "M12 15a3 3 0 0 0 3-3V6a3 3 0 0 0-6 0v6a3 3 0 0 0 3 3Zm-6-3a6 6 0 0 0 12 0m-6 6v3",
  more: "M5 11.500a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1Zm7 0a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1Zm7 0a.5.5 0 1 0 0 1 .5.5 0 0 0 0-1Z",
  pause: "M9 5v14M15 5v14",
  pencil: "M4 20l1-4.500L16.500 4l3.500 3.500L8.500 19z",
  quote:
    "M9.5 7C6.5 8 5 10 5 13.500V17h5v-5H7.500M19 7c-3 1-4.5 3-4.5 6.500V17h5v-5H17",
  next: "M9 5l7 7-7 7",
  redo: "M15 5l4 4-4 4m4-4H10a5.5 5.5 0 0 0 0 11h3",
  reply: "M9 6 4 11l5 5M4 11h9a7 7 0 0 1 7 7",
  send: "M4 12 20 4l-5 16-3.500-6.500z",
  smile:
    "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM8.500 14.500a4.500 4.500 0 0 0 7 0M9 9.500v.1m6-.1v.1",
  trash:
    "M5 7h14M10 7V4h4v3m-7.500 0L7.500 20h9l1-13M10.500 11v5.500m3-5.500v5.500",
  repeat:
    "M4 11a7 7 0 0 1 12-5l3 3m0-5v5h-5M20 13a7 7 0 0 1-12 5l-3-3m0 5v-5h5",
  restore: "M4 12a8 8 0 1 0 2.5-5.800L4 8.500M4 4v4.500h4.5",
  search:
    "M10.5 17a6.5 6.5 0 1 0 0-13 6.500 6.500 0 0 0 0 13ZM15.5 15.500 21 21",
  signOut: "M14 4H6v16h8m-3-8h10m-4-4 4 4-4 4",
  stop: "M7 7h10v10H7z",
  sun: "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm0-13v1.500m0 15V21M3 12h1.500m15 0H21M5.6 5.600l1.1 1.100m10.6 10.6 1.1 1.100m0-12.8-1.1 1.100M6.7 17.300l-1.1 1.1",
  system: "M4 5h16v11H4zm5 15h6m-3-4v4",
  task: "M4 5h16v15H4zm4 7.5 3 3 5-6",
  transcript: "M4 5h16v11H11l-4 4v-4H4zM8 9h8m-8 3h5",
  undo: "M9 5 5 9l4 4M5 9h9a5.5 5.5 0 0 1 0 11h-3",
} as const;

/** The name of a drawing. */
export type IconName = keyof typeof PATHS;

/** A drawing beside words: hidden from screen readers. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none">
      <path
        d={PATHS[name]}
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

/** The product's mark. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" fill="#0f6b5b" />
      <path
        d="M21.5 11.200a7 7 0 1 0 0 9.6"
        fill="none"
        stroke="#fff"
        strokeWidth="3.4"
        strokeLinecap="round"
      />
      <circle cx="22.6" cy="16" r="2.3" fill="#ffc27a" />
    </svg>
  );
}
