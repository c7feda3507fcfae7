// Made from connvo-core by its test `typescript`: do not edit.

/**
 * A person as they see themselves.
 */
export type Account = {
/**
 * The person's id.
 */
id: UserId,
/**
 * Email address, once known.
 */
email: string | null,
/**
 * The name shown.
 */
name: string,
/**
 * IANA name of their timezone.
 */
timezone: string | null,
/**
 * Their language, as a tag (BCP 47).
 */
language: string | null,
/**
 * Their picture, an `https` address.
 */
avatarUrl: string | null,
/**
 * How they are told of things.
 */
notificationSettings: NotificationSettings,
/**
 * When they were last heard of, to the minute, in milliseconds since the Unix epoch.
 * Nobody else is told but administrators.
 */
lastSeenAt: number | null,
/**
 * Milliseconds since the Unix epoch.
 */
createdAt: number, };

/**
 * An operation in either of the two forms that the API takes.
 */
export type AnyOperation = Operation | SingleOperation;

/**
 * Something that a message leads to. The file itself is kept elsewhere.
 */
export type Attachment = {
/**
 * Where it is: an http or https address.
 */
url: string,
/**
 * The name shown.
 */
name: string,
/**
 * Its media type, as `image/png`.
 */
type: string,
/**
 * Its size in bytes, where known.
 */
size?: number, };

/**
 * A stored final chunk.
 */
export type Chunk = {
/**
 * Place in the meeting's transcript journal: 1, 2, 3 … without gaps.
 */
sequence: number,
/**
 * Whether it replaces an earlier revision of the same utterance.
 */
revised: boolean,
/**
 * Words in the text.
 */
wordCount: number,
/**
 * Milliseconds since the Unix epoch.
 */
createdAt: number,
/**
 * Which recogniser speaks; 1 to 128 bytes.
 */
sourceId: string,
/**
 * Which piece of speech of it: what its revisions have in common; 1 to 128 bytes.
 */
segmentId: string,
/**
 * Of which utterance it is a part, where the recogniser makes several pieces of one;
 * 1 to 128 bytes.
 */
utteranceId?: string,
/**
 * Which version of the piece: a higher one replaces a lower one, and a final one an
 * interim one of the same.
 */
revision: number,
/**
 * Whether the text may still change. Interim chunks are relayed, never stored.
 */
isInterim: boolean,
/**
 * What was said; 1 to 4 000 UTF-16 code units. An empty interim text takes the
 * interim one back.
 */
text: string,
/**
 * Milliseconds since the Unix epoch.
 */
startMs: number,
/**
 * Milliseconds since the Unix epoch, not before `startMs`.
 */
endMs: number,
/**
 * Who spoke.
 */
speaker: Speaker,
/**
 * The recogniser's confidence, 0 to 1.
 */
confidence?: number,
/**
 * BCP 47 tag, as `en-GB`.
 */
language?: string,
/**
 * When each word was said, in order; at most 1 000, together no longer than a text may be.
 */
words?: Array<Word>, };

/**
 * A chunk as a caller sends it.
 */
export type ChunkDraft = {
/**
 * Which recogniser speaks; 1 to 128 bytes.
 */
sourceId: string,
/**
 * Which piece of speech of it: what its revisions have in common; 1 to 128 bytes.
 */
segmentId: string,
/**
 * Of which utterance it is a part, where the recogniser makes several pieces of one;
 * 1 to 128 bytes.
 */
utteranceId?: string,
/**
 * Which version of the piece: a higher one replaces a lower one, and a final one an
 * interim one of the same.
 */
revision: number,
/**
 * Whether the text may still change. Interim chunks are relayed, never stored.
 */
isInterim: boolean,
/**
 * What was said; 1 to 4 000 UTF-16 code units. An empty interim text takes the
 * interim one back.
 */
text: string,
/**
 * Milliseconds since the Unix epoch.
 */
startMs: number,
/**
 * Milliseconds since the Unix epoch, not before `startMs`.
 */
endMs: number,
/**
 * Who spoke.
 */
speaker: Speaker,
/**
 * The recogniser's confidence, 0 to 1.
 */
confidence?: number,
/**
 * BCP 47 tag, as `en-GB`.
 */
language?: string,
/**
 * When each word was said, in order; at most 1 000, together no longer than a text may be.
 */
words?: Array<Word>, };

/**
 * Client → server.
 */
export type ClientFrame = { "type": "hello",
/**
 * The bearer token.
 */
token: string,
/**
 * Name and version of the client program, for support.
 */
client?: string, } | { "type": "refresh",
/**
 * The bearer token.
 */
token: string, } | { "type": "subscribe",
/**
 * The client's own number for the subscription.
 */
sub: number,
/**
 * What to follow.
 */
query: Query,
/**
 * The epoch that `after` belongs to, from `snapshot` or the note lane.
 */
epoch?: string,
/**
 * The last sequence that the client has; absent on first sight.
 */
after?: number, } | { "type": "unsubscribe",
/**
 * The subscription.
 */
sub: number, } | { "type": "call",
/**
 * The client's own number for the call.
 */
id: number,
/**
 * Idempotency key: a repeat gets the first answer.
 */
key: string,
/**
 * What to do.
 */
command: Command, } | { "type": "ping", };

/**
 * A change that a client asks for.
 */
export type Command = { "type": "applyNoteOperation",
/**
 * Which meeting's note.
 */
meetingId: MeetingId,
/**
 * The version that the operation was made against.
 */
baseVersion: number,
/**
 * Which client makes it; 1 to 64 bytes, chosen by the client.
 */
clientId: string,
/**
 * Its place among the client's own changes. A retry repeats it and gets the
 * first answer.
 */
clientSeq: number,
/**
 * A component list, or the single-position form.
 */
operation: Component[] | SingleOperation, } | { "type": "restoreNote",
/**
 * Which meeting's note.
 */
meetingId: MeetingId,
/**
 * The version to go back to.
 */
version: number, } | { "type": "appendTranscript",
/**
 * Which meeting's transcript.
 */
meetingId: MeetingId,
/**
 * 1 to 50 chunks.
 */
chunks: Array<ChunkDraft>, } | { "type": "startMeeting",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "endMeeting",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "cancelMeeting",
/**
 * Which meeting.
 */
meetingId: MeetingId,
/**
 * Whether nothing is to follow it, of a recurring meeting. Not, unless said.
 */
wholeSeries?: boolean, } | { "type": "updateMeeting",
/**
 * Which meeting.
 */
meetingId: MeetingId,
/**
 * The changes.
 */
changes: MeetingChanges, } | { "type": "joinMeeting",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "leaveMeeting",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "acceptInvitation",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "declineInvitation",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "approveParticipant",
/**
 * Which meeting.
 */
meetingId: MeetingId,
/**
 * Address or user id.
 */
who: string, } | { "type": "refuseParticipant",
/**
 * Which meeting.
 */
meetingId: MeetingId,
/**
 * Address or user id.
 */
who: string, } | { "type": "inviteParticipant",
/**
 * Which meeting.
 */
meetingId: MeetingId,
/**
 * The person's email address.
 */
email?: string,
/**
 * The person, in the place of an address.
 */
userId?: UserId,
/**
 * The role given.
 */
role: Role,
/**
 * A participant may share the screen. Yes, unless said.
 */
canShare?: boolean,
/**
 * A participant may record. Not, unless said.
 */
canRecord?: boolean,
/**
 * A participant may invite. Not, unless said.
 */
canInvite?: boolean, } | { "type": "removeParticipant",
/**
 * Which meeting.
 */
meetingId: MeetingId,
/**
 * Address or user id.
 */
who: string, } | { "type": "changeParticipant",
/**
 * Which meeting.
 */
meetingId: MeetingId,
/**
 * Address or user id.
 */
who: string,
/**
 * The changes.
 */
changes: ParticipantChanges, } | { "type": "handOverHost",
/**
 * Which meeting.
 */
meetingId: MeetingId,
/**
 * Whom.
 */
userId: UserId, } | { "type": "raiseHand",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "lowerHand",
/**
 * Which meeting.
 */
meetingId: MeetingId,
/**
 * Whose hand; one's own where absent.
 */
userId?: UserId, } | { "type": "nextSpeaker",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "pauseTranscription",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "resumeTranscription",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "postMessage",
/**
 * Which meeting's chat.
 */
meetingId: MeetingId,
/**
 * A fresh UUID, which a retry repeats: it gets the message that the first made.
 * The server chooses one where there is none.
 */
id?: MessageId,
/**
 * What it is; `text` unless said. Nobody posts as `system`.
 */
kind?: MessageKind,
/**
 * The words; up to 4 000 UTF-16 code units, and at least one unless something is
 * attached.
 */
text: string,
/**
 * The message that it answers.
 */
replyToId?: MessageId,
/**
 * What it leads to; at most 10.
 */
attachments?: Array<Attachment>,
/**
 * Members of the meeting who are meant to see it; at most 50.
 */
mentions?: Array<UserId>, } | { "type": "editMessage",
/**
 * Which meeting's chat.
 */
meetingId: MeetingId,
/**
 * Which message.
 */
messageId: MessageId,
/**
 * The words; up to 4 000 UTF-16 code units, and at least one unless something is
 * attached.
 */
text: string,
/**
 * Members of the meeting who are meant to see it; at most 50.
 */
mentions?: Array<UserId>, } | { "type": "deleteMessage",
/**
 * Which meeting's chat.
 */
meetingId: MeetingId,
/**
 * Which message.
 */
messageId: MessageId, } | { "type": "reactToMessage",
/**
 * Which meeting's chat.
 */
meetingId: MeetingId,
/**
 * Which message.
 */
messageId: MessageId,
/**
 * With which emoji.
 */
emoji: string,
/**
 * Whether from now on, or no longer.
 */
on: boolean, } | { "type": "appendProviderTranscript",
/**
 * Which meeting's transcript.
 */
meetingId: MeetingId,
/**
 * Whose messages they are.
 */
provider: Provider,
/**
 * Which recogniser speaks, another one for each of its streams; 1 to 128 bytes.
 */
sourceId: string,
/**
 * When the stream began that the messages' times are counted from, in milliseconds
 * since the Unix epoch.
 */
startedAt: number,
/**
 * Who speaks, where it is one person. Without it: the speakers that the provider tells
 * apart, as `Speaker 1`; where it tells none, the sender.
 */
speaker?: Speaker,
/**
 * BCP 47 tag, for messages that name no language.
 */
language?: string,
/**
 * The provider's messages, as they came; 1 to 50, of no more than 50 chunks together.
 */
messages: unknown[], } | { "type": "renameSpeaker",
/**
 * Which meeting's transcript.
 */
meetingId: MeetingId,
/**
 * The label that the speaker's chunks have.
 */
label: string,
/**
 * The name to show for it, 1 to 100 UTF-16 code units; the label itself takes the
 * name back.
 */
name: string, };

/**
 * The answer to a command.
 */
export type CommandReply = NoteAccepted | TranscriptAccepted | Message | SpeakerName | Meeting | Participant | Speakers | Done;

/**
 * One step of an operation: `{"retain": 5}`, `{"insert": "hi"}` or `{"delete": 2}`.
 */
export type Component = { "retain": number } | { "insert": string } | { "delete": number };

/**
 * A connection as one of the two sees it.
 */
export type Connection = {
/**
 * Its id.
 */
id: ConnectionId,
/**
 * The other.
 */
userId: UserId,
/**
 * The other's name; none where the other is not to be seen: not active, or has
 * blocked the caller.
 */
name: string | null,
/**
 * What it is about, from the beginner's side.
 */
kind: ConnectionKind,
/**
 * Where it is.
 */
state: ConnectionStatus,
/**
 * Whether the caller began it.
 */
initiatedByMe: boolean,
/**
 * The beginner's word along with it.
 */
message: string | null,
/**
 * How many meetings that both took part in have ended since it was begun.
 */
meetingCount: number,
/**
 * When the last of them ended, in milliseconds since the Unix epoch.
 */
lastInteraction: number | null,
/**
 * Milliseconds since the Unix epoch.
 */
requestedAt: number,
/**
 * Milliseconds since the Unix epoch.
 */
respondedAt: number | null, };

/**
 * Whom somebody wants to be connected with.
 */
export type ConnectionDraft = {
/**
 * The other.
 */
userId: UserId,
/**
 * What it is about.
 */
kind: ConnectionKind,
/**
 * A word along with it; at most 500 UTF-16 code units.
 */
message?: string, };

/**
 * A connection between two people.
 */
export type ConnectionId = string;

/**
 * What a connection is about, from the beginner's side.
 */
export type ConnectionKind = "connection" | "follow" | "mentor" | "mentee" | "collaborator";

/**
 * The connection as the application sees it.
 */
export type ConnectionState = {
/**
 * How it stands.
 */
status: Status,
/**
 * Who the token names, once the server said so.
 */
userId: UserId | null,
/**
 * The server's clock minus this one's, in milliseconds.
 */
clockOffsetMs: number,
/**
 * When the next attempt comes, in milliseconds of this clock.
 */
retryAt: number | null,
/**
 * Why the server last refused the connection.
 */
problem: Problem | null, };

/**
 * Where a connection is.
 */
export type ConnectionStatus = "pending" | "accepted" | "declined" | "blocked";

/**
 * A cursor, or a selection from `anchor` to `head`, in UTF-16 code units.
 */
export type CursorRange = {
/**
 * Where the selection began.
 */
anchor: number,
/**
 * Where the cursor is.
 */
head: number, };

/**
 * Nothing more than that it is done.
 */
export type Done = {
/**
 * True.
 */
done: boolean, };

/**
 * What an organisation, or a person without one, may use now.
 */
export type Entitlements = {
/**
 * The plan in force.
 */
plan: Plan,
/**
 * The features, in the order of [`Feature::ALL`].
 */
features: Array<Feature>,
/**
 * The limits.
 */
limits: PlanLimits,
/**
 * When something of this ends by itself, in milliseconds since the Unix epoch.
 */
changesAt: number | null, };

/**
 * Stable error codes.
 */
export type ErrorCode = "UNAUTHORIZED" | "FORBIDDEN" | "NOT_FOUND" | "VALIDATION_ERROR" | "RATE_LIMITED" | "CONFLICT" | "MEETING_NOT_ACTIVE" | "PAYLOAD_TOO_LARGE" | "PROVIDER_ERROR" | "UNAVAILABLE" | "INTERNAL";

/**
 * Something that a plan includes, or does not.
 */
export type Feature = "video.webrtc" | "video.stream" | "recording" | "transcription" | "ai.precall" | "ai.incall" | "ai.insights" | "matching";

/**
 * One place of the input that breaks a rule.
 */
export type FieldError = {
/**
 * JSON pointer (RFC 6901) into the body, as `/chunks/3/text`.
 */
pointer: string,
/**
 * What is wrong there.
 */
message: string, };

/**
 * A flag.
 */
export type Flag = {
/**
 * Its name, as `insights`.
 */
key: string,
/**
 * What those get for whom it is on and no rule says otherwise.
 */
value: unknown,
/**
 * The only environment that it is on in; every one where absent.
 */
environment: string | null,
/**
 * For how many of a hundred people it is on.
 */
rollout: number,
/**
 * Exceptions: the first that fits decides.
 */
rules: Array<Rule>,
/**
 * What it switches.
 */
description: string,
/**
 * Words to find it by.
 */
tags: Array<string>,
/**
 * Whether it is on at all.
 */
active: boolean, };

/**
 * What an operator asks a flag to be, and why.
 */
export type FlagDraft = {
/**
 * What those get for whom it is on; any JSON, `true` for a plain switch.
 */
value: unknown,
/**
 * The only environment that it is on in.
 */
environment?: string,
/**
 * For how many of a hundred people it is on; 0 to 100.
 */
rollout: number,
/**
 * Exceptions; at most 100.
 */
rules?: Array<Rule>,
/**
 * What it switches.
 */
description?: string,
/**
 * Words to find it by.
 */
tags?: Array<string>,
/**
 * Whether it is on at all.
 */
active: boolean,
/**
 * Why it is changed, for the record; 1 to 500 UTF-16 code units.
 */
reason: string, };

/**
 * An interest as it is kept.
 */
export type Interest = {
/**
 * Its name in addresses.
 */
slug: string,
/**
 * Its name to people.
 */
name: string,
/**
 * The slug of what it is a part of; null at the top.
 */
parent: string | null,
/**
 * Whether it can still be chosen.
 */
isActive: boolean,
/**
 * How many people have it.
 */
usageCount: number, };

/**
 * All that interests a person; it takes the place of what was said before.
 */
export type InterestsDraft = {
/**
 * At most 50, each once.
 */
items: Array<UserInterest>, };

/**
 * A draft kept for the person, until dismissed.
 */
export type KeptDraft = {
/**
 * The draft's number within this note and session.
 */
id: number,
/**
 * What the person had written and the note no longer has, piece by piece.
 */
pieces: Array<string>,
/**
 * The whole text as the person saw it last.
 */
text: string,
/**
 * Why it could not be kept.
 */
reason: string, };

/**
 * Bounds that the client must keep.
 */
export type Limits = {
/**
 * Bounds of a note.
 */
note: NoteLimits, };

/**
 * Where else a person is found; every address is `https`.
 */
export type Links = {
/**
 * Their page at LinkedIn.
 */
linkedin: string | null,
/**
 * Their page at Twitter.
 */
twitter: string | null,
/**
 * Their own page.
 */
website: string | null, };

/**
 * The person, what their plan gives, and what is switched on for them.
 */
export type MeView = {
/**
 * Who it is.
 */
user: MyUser,
/**
 * Whether the person administers the platform.
 */
isAdmin: boolean,
/**
 * The organisation whose plan applies; none on the free plan of a person alone.
 */
org: MyOrg | null,
/**
 * What may be used.
 */
entitlements: Entitlements,
/**
 * Every flag by its key, as evaluated for the person; `false` is off.
 */
flags: Record<string, unknown>, };

/**
 * A stored meeting.
 */
export type Meeting = {
/**
 * The meeting's id.
 */
id: MeetingId,
/**
 * Where it is in its life.
 */
state: MeetingState,
/**
 * Who made it.
 */
organizerId: UserId,
/**
 * The series of a recurring meeting: its meetings have this in common.
 */
seriesId: string | null,
/**
 * How many take part: those invited, who have accepted and who have joined.
 */
participantCount: number,
/**
 * When it is to be again, in milliseconds since the Unix epoch: of a recurring meeting
 * that is listed for a time, its dates in it; at most 100.
 */
occurrences?: Array<number>,
/**
 * The date of its series that it stands for, in milliseconds since the Unix epoch;
 * null unless it alone was moved to another time.
 */
occurrenceAt: number | null,
/**
 * Milliseconds since the Unix epoch.
 */
createdAt: number,
/**
 * When it was changed last: its plan, its state, a date of its series, its host, or
 * whether it is written down; in milliseconds since the Unix epoch.
 */
updatedAt: number,
/**
 * Milliseconds since the Unix epoch.
 */
startedAt: number | null,
/**
 * Milliseconds since the Unix epoch.
 */
endedAt: number | null,
/**
 * How long it ran, in milliseconds; null until it has ended.
 */
actualDuration: number | null,
/**
 * What it is about.
 */
title: string,
/**
 * What it is for.
 */
description: string | null,
/**
 * How it comes about.
 */
type: MeetingType,
/**
 * When it is to begin, in milliseconds since the Unix epoch; null where that is open.
 */
scheduledAt: number | null,
/**
 * In which timezone it was planned (IANA name): a recurring meeting keeps its hour
 * there.
 */
timezone: string | null,
/**
 * How long it is to last, in minutes.
 */
durationMinutes: number | null,
/**
 * Most participants, its host among them; null for as many as the plan allows.
 */
maxParticipants: number | null,
/**
 * What it is to have.
 */
settings: MeetingSettings,
/**
 * Words to find it by.
 */
tags: Array<string>,
/**
 * Whether anybody who is signed in may learn of it, and ask to join.
 */
isPublic: boolean,
/**
 * Whether host or co-host approve of who asks to join.
 */
requiresApproval: boolean,
/**
 * The recurrence rule (RFC 5545, section 3.3.10) of a recurring meeting.
 */
rrule: string | null,
/**
 * The role held.
 */
role: Role,
/**
 * Where the person is between being asked and being gone.
 */
status: ParticipantStatus,
/**
 * May share the screen.
 */
canShare: boolean,
/**
 * May record.
 */
canRecord: boolean,
/**
 * May invite.
 */
canInvite: boolean, };

/**
 * What a host wants changed of a meeting; what is left out stays.
 */
export type MeetingChanges = {
/**
 * What it is about; 1 to 200 UTF-16 code units.
 */
title?: string,
/**
 * What it is for; null for nothing.
 */
description?: string | null,
/**
 * When it is to begin, in milliseconds since the Unix epoch; null for open. Only
 * while it is scheduled.
 */
scheduledAt?: number | null,
/**
 * IANA name of the timezone; null for none. Only while it is scheduled.
 */
timezone?: string | null,
/**
 * How long it is to last, in minutes; null for open. Only while it is scheduled.
 */
durationMinutes?: number | null,
/**
 * Most participants; null for as many as the plan allows. Until it is over.
 */
maxParticipants?: number | null,
/**
 * What it is to have. Until it is over.
 */
settings?: MeetingSettings,
/**
 * Words to find it by.
 */
tags?: Array<string>,
/**
 * Whether anybody who is signed in may learn of it. Until it is over.
 */
isPublic?: boolean,
/**
 * Whether host or co-host approve of who asks to join. Until it is over.
 */
requiresApproval?: boolean,
/**
 * The recurrence rule of what is to come; null makes this the last of its series.
 * Only while it is scheduled.
 */
rrule?: string | null,
/**
 * The other `scheduledAt` is of this date of its series alone: before the next one.
 * Nothing else is changed with it.
 */
thisDateOnly?: boolean,
/**
 * The other `scheduledAt` is of this date of its series alone, one after the meeting's
 * own (milliseconds since the Unix epoch): between those around it, and null calls it
 * off. Nothing else is changed with it.
 */
occurrenceAt?: number, };

/**
 * What a caller asks for when making a meeting.
 */
export type MeetingDraft = {
/**
 * What it is about; 1 to 200 UTF-16 code units.
 */
title: string,
/**
 * What it is for; at most 4000 UTF-16 code units.
 */
description?: string,
/**
 * How it comes about; `scheduled`, unless said.
 */
type?: MeetingType,
/**
 * When it is to begin, in milliseconds since the Unix epoch, before the year 2100.
 */
scheduledAt?: number | null,
/**
 * IANA name of the timezone, as `Europe/Lisbon`.
 */
timezone?: string,
/**
 * How long it is to last: 1 to 1440 minutes.
 */
durationMinutes?: number,
/**
 * Most participants, its host among them: from 1 to what the plan allows.
 */
maxParticipants?: number,
/**
 * What it is to have.
 */
settings?: MeetingSettings,
/**
 * At most 10 words to find it by, each of 1 to 40 UTF-16 code units.
 */
tags?: Array<string>,
/**
 * Whether anybody who is signed in may learn of it. Not, unless said.
 */
isPublic?: boolean,
/**
 * Whether who asks to join a public meeting waits for host or co-host. Not, unless
 * said.
 */
requiresApproval?: boolean,
/**
 * The recurrence rule of a recurring meeting, as `FREQ=WEEKLY;BYDAY=MO` (RFC 5545,
 * section 3.3.10): daily, weekly, monthly or yearly.
 */
rrule?: string, };

/**
 * A meeting.
 */
export type MeetingId = string;

/**
 * A meeting as it is now.
 */
export type MeetingNow = {
/**
 * Where it is in its life.
 */
state: MeetingState,
/**
 * Since when it runs, in milliseconds since the Unix epoch.
 */
startedAt: number | null,
/**
 * When it ended, in milliseconds since the Unix epoch.
 */
endedAt: number | null,
/**
 * Who is there, by id; at most 100.
 */
activeParticipants: Array<UserId>,
/**
 * How many are there.
 */
activeCount: number,
/**
 * Who waits to speak, the first first.
 */
speakerQueue: Array<UserId>,
/**
 * Whether it is recorded.
 */
recordingStatus: RecordingStatus,
/**
 * Whether it is written down.
 */
transcriptionStatus: TakingStatus,
/**
 * What it is about just now, by the latest of what was said; at most 5.
 */
topics: Array<string>,
/**
 * Whether the talk has come to rest.
 */
lull: boolean,
/**
 * When it has, unless somebody speaks before; milliseconds since the Unix epoch.
 */
lullAt: number | null,
/**
 * How long who has spoken, the longest first; at most 100.
 */
speakingTime: Array<SpeakingTime>,
/**
 * When something was said or written last; milliseconds since the Unix epoch.
 */
lastActivity: number | null, };

/**
 * What a meeting is to have, as far as its plan includes it.
 */
export type MeetingSettings = {
/**
 * It is recorded. Not, unless said.
 */
recording: boolean,
/**
 * What is said is written down. Yes, unless said.
 */
transcription: boolean,
/**
 * The assistant gives hints. Yes, unless said.
 */
aiAssistant: boolean, };

/**
 * Where a meeting is in its life.
 */
export type MeetingState = "scheduled" | "active" | "concluded" | "cancelled";

/**
 * How a meeting comes about.
 */
export type MeetingType = "scheduled" | "instant" | "recurring";

/**
 * A message as it stands.
 */
export type Message = {
/**
 * The message's id, chosen by who posts it.
 */
id: MessageId,
/**
 * Place of this revision in the meeting's chat journal: 1, 2, 3 …
 */
sequence: number,
/**
 * Place of the first revision: messages stand in this order.
 */
postedSequence: number,
/**
 * How often it was changed.
 */
revision: number,
/**
 * What it is.
 */
kind: MessageKind,
/**
 * Who posted it; absent of what the server says.
 */
authorId: UserId | null,
/**
 * What the author was called then.
 */
authorName: string,
/**
 * The words; empty once it is deleted; of the kind `system`, what has happened.
 */
text: string,
/**
 * The message that it answers.
 */
replyToId: MessageId | null,
/**
 * The message that began the thread which it belongs to.
 */
threadId: MessageId | null,
/**
 * What it leads to.
 */
attachments: Array<Attachment>,
/**
 * Who is meant to see it; of the kind `system`, whom it is about.
 */
mentions: Array<UserId>,
/**
 * Who reacted to it, and how.
 */
reactions: Array<Reaction>,
/**
 * Milliseconds since the Unix epoch.
 */
editedAt: number | null,
/**
 * Milliseconds since the Unix epoch.
 */
deletedAt: number | null,
/**
 * Milliseconds since the Unix epoch.
 */
createdAt: number, };

/**
 * A message as a caller sends it.
 */
export type MessageDraft = {
/**
 * A fresh UUID, which a retry repeats: it gets the message that the first made.
 * The server chooses one where there is none.
 */
id?: MessageId,
/**
 * What it is; `text` unless said. Nobody posts as `system`.
 */
kind?: MessageKind,
/**
 * The words; up to 4 000 UTF-16 code units, and at least one unless something is
 * attached.
 */
text: string,
/**
 * The message that it answers.
 */
replyToId?: MessageId,
/**
 * What it leads to; at most 10.
 */
attachments?: Array<Attachment>,
/**
 * Members of the meeting who are meant to see it; at most 50.
 */
mentions?: Array<UserId>, };

/**
 * Other words for a message.
 */
export type MessageEdit = {
/**
 * The words; up to 4 000 UTF-16 code units, and at least one unless something is
 * attached.
 */
text: string,
/**
 * Members of the meeting who are meant to see it; at most 50.
 */
mentions?: Array<UserId>, };

/**
 * A message of a chat.
 */
export type MessageId = string;

/**
 * What a message is.
 */
export type MessageKind = "text" | "file" | "reaction" | "system";

/**
 * The organisation whose plan the person uses.
 */
export type MyOrg = {
/**
 * The organisation's id.
 */
id: OrgId,
/**
 * Its name.
 */
name: string,
/**
 * The person's standing in it.
 */
role: OrgRole, };

/**
 * The person.
 */
export type MyUser = {
/**
 * The person's id.
 */
id: UserId,
/**
 * Email address, once known.
 */
email: string | null,
/**
 * The name shown.
 */
name: string, };

/**
 * What became of a note operation.
 */
export type NoteAccepted = {
/**
 * The version that it made; the head where it changed nothing.
 */
version: number,
/**
 * The operation as logged: against `version` − 1.
 */
operation: Component[], };

/**
 * A committed change of the note: its operation against the version before it,
 * and the same change as a CRDT update.
 */
export type NoteEntry = {
/**
 * Place in the log: 1, 2, 3 … without gaps. The version that it makes.
 */
sequence: number,
/**
 * Who made the change.
 */
authorId: UserId,
/**
 * Which client made it; empty for a stock Yjs editor, which names none.
 */
clientId: string,
/**
 * Its place among the client's own changes; a run counts as its last.
 */
clientSeq: number,
/**
 * The change, against version `sequence` − 1.
 */
operation: Component[],
/**
 * Milliseconds since the Unix epoch.
 */
timestamp: number, };

/**
 * Bounds of one collaborative note.
 */
export type NoteLimits = {
/**
 * Longest text, in UTF-16 code units.
 */
textUtf16: number,
/**
 * Largest update or frame, in bytes.
 */
updateBytes: number,
/**
 * Largest encoded document state, in bytes.
 */
stateBytes: number, };

/**
 * An operation on the note, against a version.
 */
export type NoteOperationDraft = {
/**
 * The version that the operation was made against.
 */
baseVersion: number,
/**
 * Which client makes it; 1 to 64 bytes, chosen by the client.
 */
clientId: string,
/**
 * Its place among the client's own changes. A retry repeats it and gets the
 * first answer.
 */
clientSeq: number,
/**
 * A component list, or the single-position form.
 */
operation: Component[] | SingleOperation, };

/**
 * The note as the application shows it.
 */
export type NoteStatus = {
/**
 * Local edits that the server has not acknowledged.
 */
unsent: number,
/**
 * The last sequence of the server's log that is in.
 */
version: number,
/**
 * Whether the person may write.
 */
writable: boolean,
/**
 * Whether the server's text is in, as of this connection.
 */
synced: boolean,
/**
 * Whether all local edits are kept on this device.
 */
saved: boolean,
/**
 * Whether there is an own edit to take back.
 */
canUndo: boolean,
/**
 * Whether there is an edit to make again.
 */
canRedo: boolean,
/**
 * Text that could not be kept in the note.
 */
drafts: Array<KeptDraft>,
/**
 * Why the server ended the subscription, if it did.
 */
ended: Problem | null, };

/**
 * By which ways a person is told of what happens.
 */
export type NotificationSettings = {
/**
 * By email.
 */
email: boolean,
/**
 * On their devices.
 */
push: boolean,
/**
 * Within a meeting.
 */
meeting: boolean, };

/**
 * A change of a text: a list of components in normal form.
 *
 * Normal form: no empty component, neighbours of one kind merged, the insert
 * before the delete where both stand at one place, and no retain at the end. Two
 * operations that do the same to every text therefore compare equal.
 *
 * Lengths are UTF-16 code units. An operation whose base or result would not fit
 * in a `u32` can be built, but everything that takes it refuses it with
 * [`OperationError::TooLong`].
 */
export type Operation = Array<{ "retain": number } | { "insert": string } | { "delete": number }>;

/**
 * A stored organisation, as one of its members sees it, or who is asked to be one.
 */
export type Org = {
/**
 * The organisation's id.
 */
id: OrgId,
/**
 * Its name.
 */
name: string,
/**
 * The caller's own standing in it; while that is pending, the one offered.
 */
role: OrgRole,
/**
 * Whether the caller belongs to it already.
 */
status: OrgStatus,
/**
 * Since when it is there; while pending, since when the caller is asked. In
 * milliseconds since the Unix epoch.
 */
createdAt: number, };

/**
 * An organisation.
 */
export type OrgId = string;

/**
 * Somebody who is asked to belong to an organisation. Whether an account has the
 * address is not told.
 */
export type OrgInvitation = {
/**
 * The address, lower-cased.
 */
email: string,
/**
 * The role offered.
 */
role: OrgRole,
/**
 * Always pending.
 */
status: OrgStatus,
/**
 * Since when, in milliseconds since the Unix epoch.
 */
invitedAt: number, };

/**
 * A member of an organisation.
 */
export type OrgMember = {
/**
 * The person.
 */
userId: UserId,
/**
 * The person's address, once known.
 */
email: string | null,
/**
 * The person's name.
 */
name: string,
/**
 * The role held.
 */
role: OrgRole,
/**
 * Milliseconds since the Unix epoch.
 */
joinedAt: number, };

/**
 * A member's standing in an organisation; in order, the one that decides last.
 */
export type OrgRole = "member" | "admin";

/**
 * Whether somebody belongs to an organisation already.
 */
export type OrgStatus = "active" | "pending";

/**
 * Where a change of the text came from.
 */
export type Origin = "remote" | "undo" | "redo" | "reset";

/**
 * A member of a meeting.
 */
export type Participant = {
/**
 * The person; absent to others until they have come into the meeting.
 */
userId: UserId | null,
/**
 * The address invited; the user id of who came without one, and in a public meeting
 * to all but host and co-host.
 */
email: string,
/**
 * The person's name; absent as the id is.
 */
name: string | null,
/**
 * When they were asked, or asked themselves; milliseconds since the Unix epoch.
 */
invitedAt: number,
/**
 * When they first came in; milliseconds since the Unix epoch.
 */
joinedAt: number | null,
/**
 * When they were there last, while they are not; milliseconds since the Unix epoch.
 */
leftAt: number | null,
/**
 * How long they had spoken when this was read, in milliseconds, by the transcript.
 */
speakingTime: number,
/**
 * How many messages of theirs stood in the chat when this was read.
 */
messageCount: number,
/**
 * The role held.
 */
role: Role,
/**
 * Where the person is between being asked and being gone.
 */
status: ParticipantStatus,
/**
 * May share the screen.
 */
canShare: boolean,
/**
 * May record.
 */
canRecord: boolean,
/**
 * May invite.
 */
canInvite: boolean, };

/**
 * What is to be another of a participant; what is left out stays.
 */
export type ParticipantChanges = {
/**
 * The role; not host, which is handed over.
 */
role?: Role,
/**
 * A participant may share the screen.
 */
canShare?: boolean,
/**
 * A participant may record.
 */
canRecord?: boolean,
/**
 * A participant may invite.
 */
canInvite?: boolean, };

/**
 * What a caller asks for when inviting somebody: by address, or by user id.
 */
export type ParticipantDraft = {
/**
 * The person's email address.
 */
email?: string,
/**
 * The person, in the place of an address.
 */
userId?: UserId,
/**
 * The role given.
 */
role: Role,
/**
 * A participant may share the screen. Yes, unless said.
 */
canShare?: boolean,
/**
 * A participant may record. Not, unless said.
 */
canRecord?: boolean,
/**
 * A participant may invite. Not, unless said.
 */
canInvite?: boolean, };

/**
 * Where a participant is between being asked and being gone.
 */
export type ParticipantStatus = "requested" | "invited" | "accepted" | "declined" | "joined" | "left" | "removed";

/**
 * Somebody else in the note.
 */
export type Peer = {
/**
 * The Yjs ClientID: one a tab.
 */
clientId: number,
/**
 * The name shown.
 */
name: string,
/**
 * A CSS colour.
 */
color: string,
/**
 * Where the cursor is, if it is in the note.
 */
cursor: CursorRange | null, };

/**
 * What an organisation pays for; in order, the larger plan last.
 */
export type Plan = "free" | "pro" | "enterprise";

/**
 * The size of every limit.
 */
export type PlanLimits = {
/**
 * Most members of one meeting, its host among them.
 */
participants: number,
/**
 * Most minutes that a meeting may run.
 */
meetingMinutes: number,
/**
 * Days that transcript is kept.
 */
transcriptRetentionDays: number,
/**
 * Most answers of a language model in a day.
 */
aiCallsPerDay: number, };

/**
 * What went wrong, as the wire sees it.
 */
export type Problem = {
/**
 * Stable code.
 */
code: ErrorCode,
/**
 * A message a person can act on.
 */
detail: string,
/**
 * The places of the input that break a rule; with the reason `entitlement`, the
 * feature or limit that the plan does not give, as `/features/recording`.
 */
errors?: Array<FieldError>,
/**
 * A finer reason within the code, as `resync` or `observer`.
 */
reason?: string,
/**
 * Wait this many milliseconds before trying again.
 */
retryAfterMs?: number,
/**
 * The request, for a report.
 */
requestId?: string, };

/**
 * A stored chunk, and whether it is in the segments.
 */
export type ProcessedChunk = {
/**
 * Whether it is in the segments as it is now.
 */
processed: boolean,
/**
 * Why it is not, where that was tried and failed; null as well where it is only waiting.
 */
processingError: string | null,
/**
 * Place in the meeting's transcript journal: 1, 2, 3 … without gaps.
 */
sequence: number,
/**
 * Whether it replaces an earlier revision of the same utterance.
 */
revised: boolean,
/**
 * Words in the text.
 */
wordCount: number,
/**
 * Milliseconds since the Unix epoch.
 */
createdAt: number,
/**
 * Which recogniser speaks; 1 to 128 bytes.
 */
sourceId: string,
/**
 * Which piece of speech of it: what its revisions have in common; 1 to 128 bytes.
 */
segmentId: string,
/**
 * Of which utterance it is a part, where the recogniser makes several pieces of one;
 * 1 to 128 bytes.
 */
utteranceId?: string,
/**
 * Which version of the piece: a higher one replaces a lower one, and a final one an
 * interim one of the same.
 */
revision: number,
/**
 * Whether the text may still change. Interim chunks are relayed, never stored.
 */
isInterim: boolean,
/**
 * What was said; 1 to 4 000 UTF-16 code units. An empty interim text takes the
 * interim one back.
 */
text: string,
/**
 * Milliseconds since the Unix epoch.
 */
startMs: number,
/**
 * Milliseconds since the Unix epoch, not before `startMs`.
 */
endMs: number,
/**
 * Who spoke.
 */
speaker: Speaker,
/**
 * The recogniser's confidence, 0 to 1.
 */
confidence?: number,
/**
 * BCP 47 tag, as `en-GB`.
 */
language?: string,
/**
 * When each word was said, in order; at most 1 000, together no longer than a text may be.
 */
words?: Array<Word>, };

/**
 * How well somebody knows something.
 */
export type Proficiency = "beginner" | "intermediate" | "advanced" | "expert";

/**
 * What a person says of themselves. What is left out is empty, or off.
 */
export type ProfileDraft = {
/**
 * Who they are; at most 2000 UTF-16 code units.
 */
bio: string | null,
/**
 * What they have done; at most 2000 UTF-16 code units.
 */
experience: string | null,
/**
 * What they are called at work; at most 100 UTF-16 code units.
 */
jobTitle: string | null,
/**
 * Where they work; at most 100 UTF-16 code units.
 */
company: string | null,
/**
 * In which trade; at most 100 UTF-16 code units.
 */
industry: string | null,
/**
 * Languages that they speak, as tags (BCP 47); at most 20.
 */
languages: Array<string>,
/**
 * What they can do; at most 50, each of 1 to 60 UTF-16 code units.
 */
skills: Array<string>,
/**
 * What they are after; at most 2000 UTF-16 code units.
 */
goals: string | null,
/**
 * Whether they would be somebody's mentor.
 */
availableForMentoring: boolean,
/**
 * Whether they look for a mentor.
 */
seekingMentorship: boolean,
/**
 * Whether they would work on something together.
 */
openToCollaboration: boolean,
/**
 * Where else they are found.
 */
links: Links, };

/**
 * Whose messages they are.
 */
export type Provider = "web-speech" | "deepgram" | "assemblyai" | "whisper" | "livekit";

/**
 * Messages of a provider.
 */
export type ProviderDraft = {
/**
 * Which recogniser speaks, another one for each of its streams; 1 to 128 bytes.
 */
sourceId: string,
/**
 * When the stream began that the messages' times are counted from, in milliseconds
 * since the Unix epoch.
 */
startedAt: number,
/**
 * Who speaks, where it is one person. Without it: the speakers that the provider tells
 * apart, as `Speaker 1`; where it tells none, the sender.
 */
speaker?: Speaker,
/**
 * BCP 47 tag, for messages that name no language.
 */
language?: string,
/**
 * The provider's messages, as they came; 1 to 50, of no more than 50 chunks together.
 */
messages: unknown[], };

/**
 * A public meeting as strangers see it.
 */
export type PublicMeeting = {
/**
 * The meeting's id.
 */
id: MeetingId,
/**
 * Where it is in its life.
 */
state: MeetingState,
/**
 * How many take part.
 */
participantCount: number,
/**
 * Whether the caller has asked to join, and waits for an answer.
 */
requested: boolean,
/**
 * Milliseconds since the Unix epoch.
 */
createdAt: number,
/**
 * What it is about.
 */
title: string,
/**
 * What it is for.
 */
description: string | null,
/**
 * How it comes about.
 */
type: MeetingType,
/**
 * When it is to begin, in milliseconds since the Unix epoch; null where that is open.
 */
scheduledAt: number | null,
/**
 * In which timezone it was planned (IANA name): a recurring meeting keeps its hour
 * there.
 */
timezone: string | null,
/**
 * How long it is to last, in minutes.
 */
durationMinutes: number | null,
/**
 * Most participants, its host among them; null for as many as the plan allows.
 */
maxParticipants: number | null,
/**
 * What it is to have.
 */
settings: MeetingSettings,
/**
 * Words to find it by.
 */
tags: Array<string>,
/**
 * Whether anybody who is signed in may learn of it, and ask to join.
 */
isPublic: boolean,
/**
 * Whether host or co-host approve of who asks to join.
 */
requiresApproval: boolean,
/**
 * The recurrence rule (RFC 5545, section 3.3.10) of a recurring meeting.
 */
rrule: string | null, };

/**
 * What others see of a person.
 */
export type PublicProfile = {
/**
 * The person.
 */
id: UserId,
/**
 * The name shown.
 */
name: string,
/**
 * Their picture, an `https` address.
 */
avatarUrl: string | null,
/**
 * What they say of themselves.
 */
profile: ProfileDraft,
/**
 * What interests them.
 */
interests: Array<UserInterest>,
/**
 * How many accepted connections they have, of any kind but following.
 */
connectionCount: number,
/**
 * How many meetings have ended that they had joined, written in, or are heard in.
 */
meetingCount: number,
/**
 * What others make of meetings with them; null while there are no ratings.
 */
averageRating: number | null,
/**
 * Milliseconds since the Unix epoch.
 */
createdAt: number, };

/**
 * What a subscription follows.
 */
export type Query = { "type": "note",
/**
 * Which meeting.
 */
meetingId: MeetingId,
/**
 * The Yjs ClientID (53 bits) that the subscriber writes with.
 */
clientId: number, } | { "type": "noteOps",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "transcript",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "chat",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "entitlements",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "speakers",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "participants",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "meetingState",
/**
 * Which meeting.
 */
meetingId: MeetingId, } | { "type": "meetings", } | { "type": "me", };

/**
 * Who reacted with one emoji, in the order in which they did.
 */
export type Reaction = {
/**
 * The emoji.
 */
emoji: string,
/**
 * Who.
 */
userIds: Array<UserId>, };

/**
 * Whether a meeting is recorded.
 */
export type RecordingStatus = "inactive" | "recording" | "paused";

/**
 * Text of local edits that could not be kept.
 */
export type RecoveredDraft = {
/**
 * What the person had written and the note no longer has, piece by piece.
 */
pieces: Array<string>,
/**
 * The whole text as the person saw it last.
 */
text: string,
/**
 * Why it could not be kept.
 */
reason: string, };

/**
 * A participant's role. Roles are ordered: a check asks for at least.
 */
export type Role = "observer" | "participant" | "co-host" | "host";

/**
 * Whom a rule of a flag fits, and what they get. Each list that is not empty has to
 * hold what is asked about.
 */
export type Rule = {
/**
 * People.
 */
userIds: Array<UserId>,
/**
 * What stands behind the @ of their address, in lower case.
 */
emailDomains: Array<string>,
/**
 * Organisations.
 */
orgIds: Array<OrgId>,
/**
 * Plans in force.
 */
plans: Array<Plan>,
/**
 * Environments.
 */
environments: Array<string>,
/**
 * What they get.
 */
value: unknown, };

/**
 * Something found.
 */
export type SearchItem = {
/**
 * In which meeting.
 */
meetingId: MeetingId,
/**
 * What it is.
 */
source: SearchSource,
/**
 * Which: a segment's or message's id, a passage's number in the note.
 */
sourceId: string,
/**
 * Who said or wrote it, where one person did.
 */
speaker?: string,
/**
 * When it was said or written, in milliseconds since the Unix epoch.
 */
startMs: number,
/**
 * When a segment ends, in milliseconds since the Unix epoch.
 */
endMs?: number,
/**
 * The piece of it that shows best why it was found.
 */
snippet: Snippet,
/**
 * How well it answers: more is better. Scores of one query alone can be compared.
 */
score: number, };

/**
 * What kind of text was found.
 */
export type SearchSource = "segment" | "note" | "message";

/**
 * A segment of a transcript.
 */
export type Segment = {
/**
 * Which segment: the same for as long as it begins with the same utterance.
 */
id: string,
/**
 * When it begins, in milliseconds since the Unix epoch.
 */
startMs: number,
/**
 * When it ends, in milliseconds since the Unix epoch.
 */
endMs: number,
/**
 * Who speaks in it.
 */
speakers: Array<Speaker>,
/**
 * What is said.
 */
text: string,
/**
 * Words in the text.
 */
wordCount: number,
/**
 * The recogniser's mean confidence, 0 to 1, weighted by words.
 */
confidence?: number,
/**
 * BCP 47 tag of the language, where the recogniser names it.
 */
language?: string,
/**
 * Phrases that say what it is about, the most telling first.
 */
keyPhrases: Array<string>,
/**
 * Words that it comes back to, the most frequent first.
 */
topics: Array<string>,
/**
 * From -1 (bad) to 1 (good); absent where the language is not English.
 */
sentiment?: number, };

/**
 * A date of a series that is to come.
 */
export type SeriesDate = {
/**
 * When it is by the rule, in milliseconds since the Unix epoch: by this it is named.
 */
occurrenceAt: number,
/**
 * When it is; null where it is called off.
 */
scheduledAt: number | null, };

/**
 * Server → client.
 */
export type ServerFrame = { "type": "welcome",
/**
 * This connection.
 */
session: SessionId,
/**
 * Who the token names.
 */
userId: UserId,
/**
 * The server's clock, milliseconds since the Unix epoch.
 */
serverTime: number,
/**
 * Changes when the store was restored from a backup: cursors of another
 * epoch are worth nothing.
 */
storeEpoch: string,
/**
 * Bounds that the client must keep.
 */
limits: Limits, } | { "type": "snapshot",
/**
 * The subscription.
 */
sub: number,
/**
 * The last sequence that the state includes.
 */
cursor: number,
/**
 * The epoch of the cursor.
 */
epoch: string,
/**
 * Whether it replaces what the client had, instead of beginning it.
 */
reset: boolean,
/**
 * The latest items, oldest first.
 */
items: unknown[], } | { "type": "events",
/**
 * The subscription.
 */
sub: number,
/**
 * The first sequence covered.
 */
from: number,
/**
 * The last sequence covered.
 */
to: number,
/**
 * The items.
 */
items: unknown[], } | { "type": "volatile",
/**
 * The subscription.
 */
sub: number,
/**
 * The item.
 */
item: unknown, } | { "type": "reply",
/**
 * The call.
 */
id: number,
/**
 * What became of it: a [`CommandReply`].
 */
ok?: CommandReply,
/**
 * Why not.
 */
error?: Problem, } | { "type": "revoked",
/**
 * The subscription.
 */
sub: number,
/**
 * Why.
 */
error: Problem, } | { "type": "drain",
/**
 * Milliseconds.
 */
afterMs: number, } | { "type": "pong", } | { "type": "error",
/**
 * Why.
 */
error: Problem, };

/**
 * One live connection of a client.
 */
export type SessionId = string;

/**
 * What a person wants changed; what is left out stays.
 */
export type SettingsDraft = {
/**
 * The name shown; 1 to 100 UTF-16 code units. It stays, whatever the provider of
 * sign-in says later.
 */
name: string | null,
/**
 * IANA name, as `Europe/Lisbon`; null for none.
 */
timezone?: string,
/**
 * Language tag, as `pt-BR`; null for none.
 */
language?: string,
/**
 * Picture, an `https` address of at most 2000 characters; null for none.
 */
avatarUrl?: string,
/**
 * How to be told of things.
 */
notificationSettings: NotificationSettings | null, };

/**
 * How a message stands.
 */
export type ShownMessage = {
/**
 * The message, with what was asked for.
 */
message: Message,
/**
 * Whether something of it is not stored yet.
 */
isPending: boolean, };

/**
 * What a single-position operation does.
 */
export type SingleKind = "insert" | "delete" | "retain";

/**
 * An operation at one place of the text.
 */
export type SingleOperation = {
/**
 * What it does.
 */
type: SingleKind,
/**
 * Where, in UTF-16 code units from the start of the text.
 */
position: number,
/**
 * The text to insert; only for an insert.
 */
content?: string,
/**
 * UTF-16 code units to delete or retain. An insert may give the length of its
 * content.
 */
length?: number, };

/**
 * A piece of a text, and where in it stands what was looked for.
 */
export type Snippet = {
/**
 * The piece: plain text, `…` where something was left out.
 */
text: string,
/**
 * What was found in it: begin and end of each place, in UTF-16 code units, in order
 * and apart from each other.
 */
highlights: Array<[number, number]>, };

/**
 * Who spoke.
 */
export type Speaker = {
/**
 * The name shown, until the meeting gives it another one.
 */
label: string,
/**
 * The person, where known. Host and co-host name anybody; a participant only
 * themselves. A label alone is nobody's: one microphone may hear many voices.
 */
userId?: UserId,
/**
 * What the meeting calls this label since it was renamed. Reads and exports give it;
 * what a caller sends of it is not taken.
 */
name?: string, };

/**
 * A speaker of a transcript.
 */
export type SpeakerHeard = {
/**
 * The label that the chunks have.
 */
label: string,
/**
 * What is shown for it; the label itself where it has no other name.
 */
name: string,
/**
 * The person, where all chunks under the label are one person's.
 */
userId?: UserId,
/**
 * How many chunks there are under it.
 */
chunks: number,
/**
 * How long they take together, in milliseconds.
 */
speakingMs: number, };

/**
 * A label and what the meeting calls it.
 */
export type SpeakerName = {
/**
 * The label that chunks have.
 */
label: string,
/**
 * What is shown for it; the label itself where it has no other name.
 */
name: string, };

/**
 * What a label is to be called.
 */
export type SpeakerNameDraft = {
/**
 * The name, 1 to 100 UTF-16 code units; the label itself takes the name back.
 */
name: string, };

/**
 * What a meeting calls its speakers: of each label that has a name, by label.
 */
export type SpeakerNames = {
/**
 * The labels with their names.
 */
names: Array<SpeakerName>, };

/**
 * The speaker queue after a change.
 */
export type Speakers = {
/**
 * Who has the word now, where it was given.
 */
next: UserId | null,
/**
 * Who waits to speak, the first first.
 */
speakerQueue: Array<UserId>, };

/**
 * How long somebody has spoken.
 */
export type SpeakingTime = {
/**
 * Who; absent where the transcript knows a name alone.
 */
userId: UserId | null,
/**
 * As the transcript names them.
 */
label: string,
/**
 * Milliseconds.
 */
ms: number, };

/**
 * What a participant is, and may do beyond the role. Hosts and co-hosts may all of
 * it, observers none.
 */
export type Standing = {
/**
 * The role held.
 */
role: Role,
/**
 * Where the person is between being asked and being gone.
 */
status: ParticipantStatus,
/**
 * May share the screen.
 */
canShare: boolean,
/**
 * May record.
 */
canRecord: boolean,
/**
 * May invite.
 */
canInvite: boolean, };

/**
 * How the connection stands.
 */
export type Status = "connecting" | "live" | "degraded" | "offline";

/**
 * Whether what is said is written down.
 */
export type TakingStatus = "inactive" | "active" | "paused";

/**
 * What became of the chunks.
 */
export type TranscriptAccepted = {
/**
 * For each chunk its sequence; null for interim chunks, which are relayed and
 * not stored, and for revisions older than the stored one.
 */
sequences: (number | null)[], };

/**
 * Chunks for the transcript.
 */
export type TranscriptDraft = {
/**
 * 1 to 50 chunks.
 */
chunks: Array<ChunkDraft>, };

/**
 * A person with an account.
 */
export type UserId = string;

/**
 * An interest of a person.
 */
export type UserInterest = {
/**
 * Which, by its slug.
 */
slug: string,
/**
 * How well they know it.
 */
proficiency: Proficiency, };

/**
 * A version: a run of changes of one author without a long pause.
 */
export type VersionGroup = {
/**
 * The sequence of its last change: the version's number.
 */
sequence: number,
/**
 * The sequence of its first change.
 */
firstSequence: number,
/**
 * Who made it.
 */
authorId: string,
/**
 * When its first change was made, in milliseconds since the Unix epoch.
 */
startedAt: number,
/**
 * When its last change was made, in milliseconds since the Unix epoch.
 */
endedAt: number,
/**
 * UTF-16 code units inserted by its changes.
 */
inserted: number,
/**
 * UTF-16 code units deleted by its changes.
 */
deleted: number, };

/**
 * A word of a chunk, and when it was said.
 */
export type Word = {
/**
 * The word as it is shown.
 */
text: string,
/**
 * Milliseconds since the Unix epoch, within the chunk.
 */
startMs: number,
/**
 * Milliseconds since the Unix epoch, not before `startMs`, within the chunk.
 */
endMs: number,
/**
 * The recogniser's confidence, 0 to 1.
 */
confidence?: number, };
