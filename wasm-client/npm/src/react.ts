"use client";
/**
 * React hooks. Importing them on a server has no effect; there every hook gives
 * what it gives before loading. StrictMode-safe: whatever an effect opens, its
 * clean-up closes.
 */
export { useChat, type ChatView } from "./react/chat.js";
export {
  useConnection,
  useRefused,
  useStorage,
  type RefusedView,
} from "./react/connection.js";
export { useNote, type NoteView } from "./react/note.js";
export {
  ConnvoClientProvider,
  ConnvoProvider,
  useClient,
  useLoadError,
  type ConnvoProviderProps,
} from "./react/provider.js";
export { useSearch, type SearchView } from "./react/search.js";
export {
  useSpeechCapture,
  type SpeechCapture,
  type SpeechCaptureOptions,
  type SpeechCaptureState,
} from "./react/speech.js";
export { useTranscript, type TranscriptView } from "./react/transcript.js";
export {
  useEntitlements,
  useMe,
  useMeetingEntitlements,
  useMeetings,
  useMeetingState,
  useParticipants,
  useView,
} from "./react/views.js";
