"use client";
/** The browser's own speech recognition. */
import {
  useCallback,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import type { ConnvoError } from "../index.js";
import {
  captureSpeech,
  recognises,
  type SpeechCaptureOptions,
  type SpeechCaptureState,
} from "../speech.js";
import { useClient } from "./provider.js";

export type { SpeechCaptureOptions, SpeechCaptureState };

/** What the browser recognises of this page's microphone, on its way to the meeting. */
export interface SpeechCapture {
  state: SpeechCaptureState;
  /** Begins to listen, which the browser may ask the person about. */
  start: () => void;
  stop: () => void;
  /** Why it listens no more, in the state `error`. */
  error: ConnvoError | null;
}

/** What the browser can do does not change. */
const never = () => () => undefined;

/**
 * Sends what is said here to a meeting's transcript by the browser's own speech
 * recognition, between `start` and `stop` and while the component is mounted.
 */
export function useSpeechCapture(
  meetingId: string,
  options: SpeechCaptureOptions = {},
): SpeechCapture {
  const client = useClient();
  const { language } = options;
  const [wanted, setWanted] = useState(false);
  const [error, setError] = useState<ConnvoError | null>(null);
  const supported = useSyncExternalStore(
    never,
    recognises,
    () => false,
  );
  useEffect(() => {
    if (!wanted || !client || !supported) return;
    return captureSpeech(
      client,
      meetingId,
      language === undefined ? {} : { language },
      (failure) => {
        setError(failure);
        setWanted(false);
      },
    );
  }, [wanted, client, supported, meetingId, language]);
  const start = useCallback(() => {
    setError(null);
    setWanted(true);
  }, []);
  const stop = useCallback(() => setWanted(false), []);
  let state: SpeechCaptureState = error ? "error" : "idle";
  if (!supported) state = "unsupported";
  else if (wanted && client) state = "listening";
  return useMemo(
    () => ({ state, start, stop, error }),
    [state, start, stop, error],
  );
}
