import type {
  AnyOperation,
  ChunkDraft,
  Component,
  Entitlements,
  Meeting,
  MeetingChanges,
  MeetingDraft,
  MeetingNow,
  MeetingState,
  MeetingType,
  Message,
  MessageDraft,
  MessageEdit,
  NoteAccepted,
  NoteEntry,
  NoteOperationDraft,
  Participant,
  ParticipantChanges,
  ParticipantDraft,
  ProcessedChunk,
  Provider,
  ProviderDraft,
  PublicMeeting,
  Role,
  SearchItem,
  Segment,
  SeriesDate,
  SpeakerHeard,
  SpeakerName,
  Speakers,
  TranscriptAccepted,
  VersionGroup,
} from "./generated/protocol.js";
import { sender, type ApiOptions } from "./send.js";

export type { ApiOptions };

/** One page of a list; `next` goes into `after`, null on the last page. */
export interface Page<Item> {
  items: Item[];
  next: string | null;
}

/** Where a page begins and how long it may be (at most 100 items). */
export interface PageOptions {
  after?: string | null;
  limit?: number;
}

/** Which meetings. */
export interface MeetingOptions extends PageOptions {
  state?: MeetingState;
  type?: MeetingType;
  /** Part of the title, in any case. */
  q?: string;
  /** A tag, whole. */
  tag?: string;
  /** What the caller is there; of their own meetings. */
  role?: Role;
  /** What is planned then or later, in milliseconds since the Unix epoch; of what
      repeats the dates too, as `occurrences`. */
  from?: number;
  /** What is planned before then, in milliseconds since the Unix epoch. */
  to?: number;
}

/** What to look for, and where. */
export interface SearchOptions extends PageOptions {
  /** Words, `wor*`, `"a phrase"`, and `-word` for what must not be there. */
  q: string;
  meetingId?: string;
  /** Who said or wrote it: their name, or user id. */
  speaker?: string;
  /** What begins then or later, in milliseconds since the Unix epoch. */
  from?: number;
  /** What begins before then, in milliseconds since the Unix epoch. */
  to?: number;
}

/** Which part of a transcript, in the order spoken. */
export interface SpokenOptions extends PageOptions {
  /** What begins then or later, in milliseconds since the Unix epoch. */
  from?: number;
  /** What begins before then, in milliseconds since the Unix epoch. */
  to?: number;
  /** What was said under this label. */
  speaker?: string;
}

/** A format of transcripts as files. */
export type TranscriptFormat = "vtt" | "srt" | "json" | "txt";

/** The person of the token. */
export interface Me {
  id: string;
  /** Email address, once known. */
  email: string | null;
  name: string;
  /** Milliseconds since the Unix epoch. */
  createdAt: number;
}

/** The note as the server has it. */
export interface NoteContent {
  content: string;
  /** The last sequence of its log. */
  version: number;
  epoch: number;
  writable: boolean;
  role: Role;
}

/** The text at a version. */
export interface NoteAtVersion {
  version: number;
  content: string;
  /** Asked for with `from`: the change that makes this text of that version's. */
  change?: Component[];
}

/** The HTTP interface; every method throws `ConnvoError`. */
export type Api = ReturnType<typeof createApi>;

/** A typed `fetch` for the HTTP interface. */
export function createApi(options: ApiOptions) {
  const send = sender(options);
  const get = <Answer>(
    path: string,
    page?: PageOptions,
    signal?: AbortSignal,
  ) => {
    const whole = path + query(page, path.includes("?") ? "&" : "?");
    return send<Answer>("GET", whole, undefined, undefined, signal);
  };
  const meeting = (id: string) => `/v1/meetings/${encodeURIComponent(id)}`;
  const person = (id: string, who: string) =>
    `${meeting(id)}/participants/${encodeURIComponent(who)}`;
  /** What is asked of a meeting by its name alone. */
  const act =
    <Answer>(name: string, method = "POST") =>
    (id: string) =>
      send<Answer>(method, `${meeting(id)}/${name}`);

  return {
    /** Whatever has no method here; `path` as `/v1/orgs?limit=20`. What changes something
        goes under an `Idempotency-Key` of its own, a fresh one without `key`: sent again
        under the same it has its effect once. */
    request: send,
    /** Who the token names. */
    me: () => get<Me>("/v1/me"),
    meetings: {
      /** The meetings of the caller that fit, latest first. */
      list: (which?: MeetingOptions) =>
        get<Page<Meeting>>("/v1/meetings", which),
      /** The public ones that fit, latest first. */
      public: (which?: MeetingOptions) =>
        get<Page<PublicMeeting>>("/v1/meetings/public", which),
      /** Sent again under the same `key` it makes one meeting. */
      create: (draft: MeetingDraft, key?: string) =>
        send<Meeting>("POST", "/v1/meetings", draft, key),
      /** To its members with their standing; of a public one the rest to others. */
      get: (id: string) => get<Meeting | PublicMeeting>(meeting(id)),
      /** What is left out stays. Of a recurring one `scheduledAt` is that of all to come;
          with `thisDateOnly` of the coming date, with `occurrenceAt` of a later one. */
      update: (id: string, changes: MeetingChanges) =>
        send<Meeting>("PATCH", meeting(id), changes),
      start: act<Meeting>("start"),
      end: act<Meeting>("end"),
      /** Calls it off; the next of its series follows, unless `wholeSeries`. */
      cancel: (id: string, wholeSeries = false) =>
        act<Meeting>(`cancel?wholeSeries=${wholeSeries}`)(id),
      /** The dates of its series, by the rule, its own first. */
      dates: (id: string, page?: PageOptions) =>
        get<Page<SeriesDate>>(`${meeting(id)}/dates`, page),
      accept: act<Participant>("accept"),
      decline: act<Participant>("decline"),
      /** Comes in, or asks to: the status is `requested` then. */
      join: act<Participant>("join"),
      /** Leaves it for good; who has asked to join takes that back. */
      leave: act<void>("leave"),
      /** Makes somebody else the host, and the caller a co-host. */
      handOver: (id: string, userId: string) =>
        send<Participant>("POST", `${meeting(id)}/host`, { userId }),
      /** Who is there, who waits to speak, what is taken down. */
      now: (id: string) => get<MeetingNow>(`${meeting(id)}/state`),
      raiseHand: act<Speakers>("hand"),
      lowerHand: act<Speakers>("hand", "DELETE"),
      /** Gives the word to who has waited longest. */
      nextSpeaker: act<Speakers>("speakers/next"),
      pauseTranscription: act<void>("transcription/pause"),
      resumeTranscription: act<void>("transcription/resume"),
      /** As iCalendar (RFC 5545): one meeting, or the caller's of the month before and
          the year to come. */
      calendar: (id?: string) =>
        get<Blob>(`${id === undefined ? "/v1/me" : meeting(id)}/calendar.ics`),
      /** Since when (milliseconds since the Unix epoch) there is a link by which other
          programs read the caller's calendar. */
      calendarLink: () =>
        get<{ createdAt: number | null }>("/v1/me/calendar-link"),
      /** Makes that link: a path under the server's address. The one before is void. */
      makeCalendarLink: () =>
        send<{ path: string; createdAt: number }>("POST", "/v1/me/calendar-link"),
      revokeCalendarLink: () => send<void>("DELETE", "/v1/me/calendar-link"),
      /** What its plan gives. */
      entitlements: (id: string) =>
        get<Entitlements>(`${meeting(id)}/entitlements`),
    },
    participants: {
      list: (id: string, page?: PageOptions) =>
        get<Page<Participant>>(`${meeting(id)}/participants`, page),
      /** Invites by email, in any role but host. */
      invite: (id: string, draft: ParticipantDraft, key?: string) =>
        send<Participant>("POST", `${meeting(id)}/participants`, draft, key),
      /** Sends somebody away, by address or user id. */
      remove: (id: string, who: string) =>
        send<void>("DELETE", person(id, who)),
      /** Gives another role or other rights; what is left out stays. */
      change: (id: string, who: string, changes: ParticipantChanges) =>
        send<Participant>("PATCH", person(id, who), changes),
      /** Lets in who has asked to join, or (`refuse`) not. */
      approve: (id: string, who: string) =>
        send<Participant>("POST", `${person(id, who)}/approve`),
      refuse: (id: string, who: string) =>
        send<Participant>("POST", `${person(id, who)}/refuse`),
    },
    /** Searches transcripts, notes and messages that the caller may read, the best
        answers first. */
    search: (what: SearchOptions, signal?: AbortSignal) =>
      get<Page<SearchItem>>("/v1/search", what, signal),
    note: {
      get: (id: string) => get<NoteContent>(`${meeting(id)}/notes`),
      /** Applies an operation made against `baseVersion`. */
      apply: (
        id: string,
        draft: Omit<NoteOperationDraft, "operation"> & {
          operation: AnyOperation;
        },
      ) => send<NoteAccepted>("POST", `${meeting(id)}/notes/ops`, draft),
      /** The log, oldest first. */
      ops: (id: string, page?: PageOptions) =>
        get<Page<NoteEntry>>(`${meeting(id)}/notes/ops`, page),
      /** Versions by author and pause, latest first. */
      history: (id: string, page?: PageOptions) =>
        get<Page<VersionGroup>>(`${meeting(id)}/notes/history`, page),
      /** The text as of a sequence, and with `from` what changed since that one. */
      version: (id: string, sequence: number, from?: number) =>
        get<NoteAtVersion>(
          `${meeting(id)}/notes/versions/${sequence}` +
            (from === undefined ? "" : `?from=${from}`),
        ),
      /** Makes the note what it was at a sequence, as a new change. */
      restore: (id: string, sequence: number) =>
        send<NoteAccepted>(
          "POST",
          `${meeting(id)}/notes/versions/${sequence}/restore`,
        ),
    },
    messages: {
      /** The messages posted last, newest first; with `thread` the answers in it. */
      list: (id: string, page?: PageOptions, thread?: string) =>
        get<Page<Message>>(
          `${meeting(id)}/messages` + (thread ? `?thread=${thread}` : ""),
          page,
        ),
      post: (id: string, draft: MessageDraft) =>
        send<Message>("POST", `${meeting(id)}/messages`, draft),
      edit: (id: string, message: string, edit: MessageEdit) =>
        send<Message>("PATCH", `${meeting(id)}/messages/${message}`, edit),
      delete: (id: string, message: string) =>
        send<Message>("DELETE", `${meeting(id)}/messages/${message}`),
      /** Reacts with one emoji (`on`), or no longer. */
      react: (id: string, message: string, emoji: string, on: boolean) =>
        send<Message>(
          on ? "PUT" : "DELETE",
          `${meeting(id)}/messages/${message}/reactions/${encodeURIComponent(emoji)}`,
        ),
    },
    transcript: {
      /** Final chunks, in the order of their sequence; with `from`, `to` or `speaker`
          in the order spoken. */
      list: (id: string, page?: SpokenOptions) =>
        get<Page<ProcessedChunk>>(`${meeting(id)}/transcript`, page),
      append: (id: string, chunks: ChunkDraft[]) =>
        send<TranscriptAccepted>("POST", `${meeting(id)}/transcript`, {
          chunks,
        }),
      /** What a provider of speech recognition says, its messages as they came. */
      appendFrom: (id: string, provider: Provider, draft: ProviderDraft) =>
        send<TranscriptAccepted>(
          "POST",
          `${meeting(id)}/transcript/${provider}`,
          draft,
        ),
      /** Who is heard in it, by label. */
      speakers: (id: string, page?: PageOptions) =>
        get<Page<SpeakerHeard>>(`${meeting(id)}/transcript/speakers`, page),
      /** Says what a label is called; the label itself takes the name back. */
      rename: (id: string, label: string, name: string) =>
        send<SpeakerName>(
          "PUT",
          `${meeting(id)}/transcript/speakers/${encodeURIComponent(label)}`,
          { name },
        ),
      /** It in pieces, in the order spoken, with what they are about. */
      segments: (id: string, page?: PageOptions) =>
        get<Page<Segment>>(`${meeting(id)}/segments`, page),
      /** The whole of it as a file. */
      export: (id: string, format: TranscriptFormat) =>
        get<Blob>(`${meeting(id)}/transcript/export?format=${format}`),
    },
  };
}

function query(page: PageOptions | undefined, mark: string): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(page ?? {})) {
    if (value != null) search.set(name, String(value));
  }
  const text = search.toString();
  return text && mark + text;
}
