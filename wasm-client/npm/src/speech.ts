import type { Client } from "./client.js";
import { ConnvoError } from "./error.js";

/** `unsupported`: this browser recognises no speech. */
export type SpeechCaptureState = "unsupported" | "idle" | "listening" | "error";

/** What is heard by this page's microphone, as the meeting gets it. */
export interface SpeechCaptureOptions {
  /** BCP 47 tag, as `en-GB`. Default: the browser's own. */
  language?: string;
}

// Of the Web Speech API, which TypeScript has no types for.
interface Result {
  isFinal: boolean;
  0: { transcript: string; confidence: number };
}
interface ResultEvent {
  timeStamp: number;
  resultIndex: number;
  results: ArrayLike<Result>;
}
interface Recognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: ResultEvent) => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
}

/** A message as core's adapter for the Web Speech API takes it. */
interface Message {
  timeStamp: number;
  resultIndex: number;
  resultsBefore: number;
  results: (null | (Result & { heardAt: number }))[];
}

/** How long interim results gather, in milliseconds. */
const GATHER_MS = 300;
/** How soon the recogniser is started again at the earliest, in milliseconds. */
const AGAIN_MS = 1_000;
/** Most messages in one call. */
const MESSAGES = 50;

function recogniser(): (new () => Recognition) | undefined {
  const here = globalThis as unknown as Record<
    string,
    (new () => Recognition) | undefined
  >;
  return here["SpeechRecognition"] ?? here["webkitSpeechRecognition"];
}

/** Whether this browser recognises speech. */
export const recognises = (): boolean => recogniser() !== undefined;

/**
 * Sends what the browser recognises to a meeting's transcript, in the name of the
 * client's person, from now until the function that it answers is called. The
 * recogniser ends by itself from time to time and is started again. `failed` says that
 * it cannot go on.
 */
export function captureSpeech(
  client: Client,
  meetingId: string,
  options: SpeechCaptureOptions,
  failed: (error: ConnvoError) => void,
): () => void {
  const Recogniser = recogniser();
  if (!Recogniser) throw problem("This browser recognises no speech.");
  let listening = true;
  let recognition: Recognition | undefined;
  let again: ReturnType<typeof setTimeout> | undefined;

  const fail = (failure: unknown) => {
    if (!listening) return;
    stop();
    failed(ConnvoError.from(failure));
  };
  const stop = () => {
    listening = false;
    clearTimeout(again);
    recognition?.stop();
  };

  // Each session of the recogniser counts its results anew.
  const session = () => {
    const queue = outbox(client, meetingId, options.language, fail);
    const heardAt: number[] = [];
    let [before, settled] = [0, 0];
    const began = performance.now();
    recognition = new Recogniser();
    recognition.continuous = true;
    recognition.interimResults = true;
    if (options.language) recognition.lang = options.language;
    recognition.onresult = ({ resultIndex, results }) => {
      const now = performance.now();
      const all = Array.from(results, (result, at) => {
        if (at < resultIndex) return null;
        heardAt[at] ??= now;
        if (result.isFinal) settled = Math.max(settled, at + 1);
        const { transcript, confidence } = result[0];
        return {
          isFinal: result.isFinal,
          heardAt: heardAt[at],
          0: { transcript, confidence },
        };
      });
      queue.put({
        timeStamp: now,
        resultIndex,
        resultsBefore: before,
        results: all,
      });
      before = all.length;
    };
    let over: string | undefined;
    recognition.onerror = ({ error }) => {
      if (error !== "no-speech" && error !== "aborted") over = error;
    };
    recognition.onend = () => {
      // What was not final by now never will be.
      queue.put({
        timeStamp: performance.now(),
        resultIndex: settled,
        resultsBefore: before,
        results: Array<null>(settled).fill(null),
      });
      queue.send();
      if (over !== undefined) fail(problem(`Speech recognition: ${over}.`));
      if (!listening) return;
      const wait = Math.max(0, AGAIN_MS - (performance.now() - began));
      again = setTimeout(session, wait);
    };
    try {
      recognition.start();
    } catch (failure) {
      fail(problem(`Speech recognition: ${String(failure)}`));
    }
  };
  session();
  return stop;
}

/** Messages of one session on their way to the server, in order. */
function outbox(
  client: Client,
  meetingId: string,
  language: string | undefined,
  fail: (failure: unknown) => void,
) {
  const { clockOffsetMs } = client.connection();
  const startedAt = Math.round(
    Date.now() + clockOffsetMs - performance.now(),
  );
  const sourceId = `web-speech-${crypto.randomUUID?.() ?? Math.random()}`;
  let waiting: Message[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let under: Promise<void> | undefined;
  const isFinal = ({ results }: Message) => results.some((it) => it?.isFinal);

  const send = () => {
    clearTimeout(timer);
    timer = undefined;
    if (under || waiting.length === 0) return;
    const messages = waiting.splice(0, MESSAGES);
    under = client
      .call({
        type: "appendProviderTranscript",
        meetingId,
        provider: "web-speech",
        sourceId,
        startedAt,
        messages,
        ...(language !== undefined && { language }),
      })
      .then(
        () => GATHER_MS,
        (failure: unknown) => {
          const error = ConnvoError.from(failure);
          const passes = ["RATE_LIMITED", "UNAVAILABLE"].includes(error.code);
          if (!passes) return fail(error);
          // Interim results are stale by then.
          waiting.unshift(...messages.filter(isFinal));
          return error.retryAfter ?? AGAIN_MS;
        },
      )
      .then((wait) => {
        under = undefined;
        if (wait !== undefined && waiting.length > 0) {
          timer ??= setTimeout(send, wait);
        }
      });
  };
  const put = (message: Message) => {
    const last = waiting.at(-1);
    // It says all that the one before says, and later.
    if (last && !isFinal(last) && message.resultIndex <= last.resultIndex) {
      waiting.pop();
      message.resultsBefore = Math.max(
        message.resultsBefore,
        last.resultsBefore,
      );
    }
    waiting.push(message);
    if (isFinal(message)) send();
    else timer ??= setTimeout(send, GATHER_MS);
  };
  return { put, send };
}

function problem(detail: string): ConnvoError {
  return new ConnvoError({ code: "UNAVAILABLE", detail });
}
