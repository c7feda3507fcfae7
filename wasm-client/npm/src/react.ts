"use client";
/**
 * React hooks. Importing them on a server has no effect; there every hook gives
 * what it gives before loading. StrictMode-safe: whatever an effect opens, its
 * clean-up closes.
 */
import {
  createContext,
  createElement,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";
import init, {
  Client,
  ConnvoError,
  type Api,
  type Chat,
  type ChatPerson,
  type Chunk,
  type ChunkDraft,
  type ClientOptions,
  type ConnectionState,
  type Entitlements,
  type Meeting,
  type MeetingNow,
  type MeView,
  type Note,
  type NoteStatus,
  type Participant,
  type Peer,
  type Profile,
  type SearchItem,
  type SearchOptions,
  type ShownMessage,
  type StorageKind,
  type Transcript,
  type ViewKind,
  type ViewValues,
} from "./index.js";
import {
  captureSpeech,
  recognises,
  type SpeechCaptureOptions,
  type SpeechCaptureState,
} from "./speech.js";

export type { SpeechCaptureOptions, SpeechCaptureState };

interface Held {
  client: Client | null;
  error: ConnvoError | null;
}

const NOTHING: Held = { client: null, error: null };
const Context = createContext<Held | null>(null);

/** What `ConnvoProvider` takes. */
export interface ConnvoProviderProps extends ClientOptions {
  children?: ReactNode;
}

/**
 * Keeps one connected `Client` for what is below it. `token` may be a new function
 * at each render. A new `url` or `storage` makes a new client; for another person
 * give the provider another `key`.
 */
export function ConnvoProvider(props: ConnvoProviderProps): ReactNode {
  const { url, token, storage, children } = props;
  const latest = useRef(token);
  useEffect(() => {
    latest.current = token;
  }, [token]);

  const [held, setHeld] = useState<Held>(NOTHING);
  useEffect(() => {
    let client: Client | undefined;
    let left = false;
    init()
      .then(() => {
        if (left) return;
        client = new Client({
          token: () => latest.current(),
          ...(url !== undefined && { url }),
          ...(storage !== undefined && { storage }),
        });
        client.connect();
        setHeld({ client, error: null });
      })
      .catch((failure: unknown) => {
        if (!left) setHeld({ client: null, error: ConnvoError.from(failure) });
      });
    return () => {
      left = true;
      client?.free();
      setHeld(NOTHING);
    };
  }, [url, storage]);

  return createElement(Context.Provider, { value: held }, children);
}

/**
 * Gives what is below it a client that the application makes, connects and frees
 * itself: one that is to outlive the page's parts.
 */
export function ConnvoClientProvider(props: {
  /** Null while it is being made. */
  client: Client | null;
  /** Why it could not be made. */
  error?: ConnvoError | null;
  children?: ReactNode;
}): ReactNode {
  const { client, error = null, children } = props;
  const held = useMemo(() => ({ client, error }), [client, error]);
  return createElement(Context.Provider, { value: held }, children);
}

function useHeld(): Held {
  const held = useContext(Context);
  if (!held) {
    throw new Error("Connvo hooks need a <ConnvoProvider> above them.");
  }
  return held;
}

/** The client; null until the module is loaded, and on a server. */
export function useClient(): Client | null {
  return useHeld().client;
}

/** Why the WebAssembly module could not be loaded; null when it could. */
export function useLoadError(): ConnvoError | null {
  return useHeld().error;
}

const LOADING: ConnectionState = {
  status: "connecting",
  userId: null,
  clockOffsetMs: 0,
  retryAt: null,
  problem: null,
};

/** How the connection stands. */
export function useConnection(): ConnectionState {
  const client = useClient();
  return useSyncExternalStore(
    useCallback((run) => client?.onConnection(run) ?? nothing, [client]),
    () => client?.connection() ?? LOADING,
    () => LOADING,
  );
}

/** Where unsent changes are kept; `memory` means that they end with the page. */
export function useStorage(): StorageKind | null {
  const client = useClient();
  return useSyncExternalStore(
    useCallback((run) => client?.onStorage(run) ?? nothing, [client]),
    () => client?.storage() ?? null,
    () => null,
  );
}

/** A live view; null until the server has said, and when it may not be seen. */
export function useView<Kind extends ViewKind>(
  kind: Kind,
  meetingId?: string,
): ViewValues[Kind] | null {
  const client = useClient();
  return useSyncExternalStore(
    useCallback(
      (run) => client?.onView(kind, meetingId, run) ?? nothing,
      [client, kind, meetingId],
    ),
    () => client?.view(kind, meetingId) ?? null,
    () => null,
  );
}

/** Who I am and what I may use, live; null until the server has said. */
export function useMe(): MeView | null {
  return useView("me");
}

/** What I may use, live; null until the server has said. Ask it with `allows`. */
export function useEntitlements(): Entitlements | null {
  return useMe()?.entitlements ?? null;
}

/** What a meeting's plan gives, live; null until the server has said, and when it may
    not be seen. */
export function useMeetingEntitlements(meetingId: string): Entitlements | null {
  return useView("entitlements", meetingId);
}

/** My latest meetings, live; null until the server has said. */
export function useMeetings(): Meeting[] | null {
  return useView("meetings");
}

/** The members of a meeting, live; null until the server has said, and when they may
    not be seen. */
export function useParticipants(meetingId: string): Participant[] | null {
  return useView("participants", meetingId);
}

/** A meeting as it is now, live; null until the server has said, and when it may not
    be seen. */
export function useMeetingState(meetingId: string): MeetingNow | null {
  return useView("meetingState", meetingId);
}

/** A note, or that it is not there (yet). */
export type NoteView =
  | { note: Note; status: NoteStatus; peers: Peer[]; error: null }
  | { note: null; status: null; peers: Peer[]; error: ConnvoError | null };

const NO_PEERS: Peer[] = [];

/**
 * Opens a meeting's note while the component is mounted. `note` is null while it
 * is being opened from this device, and when that fails (`error`).
 */
export function useNote(meetingId: string, profile: Profile): NoteView {
  const client = useClient();
  const { name, color } = profile;
  const [note, error] = useOpened<Note>(
    useCallback(
      () => client?.openNote(meetingId, { name, color }),
      [client, meetingId, name, color],
    ),
  );
  const status = useSyncExternalStore(
    useCallback((run) => note?.onStatus(run) ?? nothing, [note]),
    () => note?.status() ?? null,
    () => null,
  );
  const peers = useSyncExternalStore(
    useCallback((run) => note?.onPeers(run) ?? nothing, [note]),
    () => note?.peers() ?? NO_PEERS,
    () => NO_PEERS,
  );
  return useMemo<NoteView>(
    () =>
      note && status
        ? { note, status, peers, error: null }
        : { note: null, status: null, peers: NO_PEERS, error },
    [note, status, peers, error],
  );
}

/** The transcript as it stands. */
export interface TranscriptView {
  items: Chunk[];
  interim: ChunkDraft[];
  /** All that is left from this sequence on is here; null before any. */
  first: number | null;
  /** Takes in what `api.transcript.list` gave after the sequence `after`. */
  addEarlier: (chunks: readonly Chunk[], after: number) => void;
  error: ConnvoError | null;
}

const NO_ITEMS: Chunk[] = [];
const NO_INTERIM: ChunkDraft[] = [];

/** Follows a meeting's transcript while the component is mounted. */
export function useTranscript(meetingId: string): TranscriptView {
  const client = useClient();
  const [transcript, failure] = useOpened<Transcript>(
    useCallback(async () => client?.openTranscript(meetingId), [
      client,
      meetingId,
    ]),
  );
  const subscribe = useCallback(
    (run: () => void) => transcript?.onItems(run) ?? nothing,
    [transcript],
  );
  const items = useSyncExternalStore(
    subscribe,
    () => transcript?.items() ?? NO_ITEMS,
    () => NO_ITEMS,
  );
  const interim = useSyncExternalStore(
    subscribe,
    () => transcript?.interim() ?? NO_INTERIM,
    () => NO_INTERIM,
  );
  const first = useSyncExternalStore(
    subscribe,
    () => transcript?.first() ?? null,
    () => null,
  );
  const addEarlier = useCallback(
    (chunks: readonly Chunk[], after: number) =>
      transcript?.addEarlier(chunks, after),
    [transcript],
  );
  const ended = useSyncExternalStore(
    subscribe,
    () => transcript?.error() ?? null,
    () => null,
  );
  const error = failure ?? ended;
  return useMemo(
    () => ({ items, interim, first, addEarlier, error }),
    [items, interim, first, addEarlier, error],
  );
}

/** What the browser recognises of this page's microphone, on its way to the meeting. */
export interface SpeechCapture {
  state: SpeechCaptureState;
  /** Begins to listen, which the browser may ask the person about. */
  start: () => void;
  stop: () => void;
  /** Why it listens no more, in the state `error`. */
  error: ConnvoError | null;
}

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
    () => nothing,
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

/** The chat as it stands. */
export interface ChatView {
  /** In the order posted, with what is asked for here. */
  messages: ShownMessage[];
  /** Null until it is open. */
  chat: Chat | null;
  error: ConnvoError | null;
}

const NO_MESSAGES: ShownMessage[] = [];

/** Follows a meeting's chat while the component is mounted, as somebody of this name
    and role. */
export function useChat(meetingId: string, me: ChatPerson): ChatView {
  const client = useClient();
  const { name, role } = me;
  const [chat, failure] = useOpened<Chat>(
    useCallback(
      async () => client?.openChat(meetingId, { name, role }),
      [client, meetingId, name, role],
    ),
  );
  const subscribe = useCallback(
    (run: () => void) => chat?.onMessages(run) ?? nothing,
    [chat],
  );
  const messages = useSyncExternalStore(
    subscribe,
    () => chat?.messages() ?? NO_MESSAGES,
    () => NO_MESSAGES,
  );
  const ended = useSyncExternalStore(
    subscribe,
    () => chat?.error() ?? null,
    () => null,
  );
  const error = failure ?? ended;
  return useMemo(() => ({ messages, chat, error }), [messages, chat, error]);
}

/** What was found. */
export interface SearchView {
  /** The best answers first; null before the first answer to a query. */
  items: SearchItem[] | null;
  /** Whether there are further ones, for `readOn`. */
  more: boolean;
  /** Whether an answer is on its way. */
  busy: boolean;
  error: ConnvoError | null;
  readOn: () => void;
}

const NO_SEARCH = { of: "", items: null, next: null, error: null };

/**
 * Searches as somebody types: asks once `what` has stood still for `delay`
 * milliseconds, and takes back a question that is overtaken. A `q` of blanks asks
 * nothing.
 */
export function useSearch(
  api: Api,
  what: SearchOptions,
  delay = 250,
): SearchView {
  const of = what.q.trim() && JSON.stringify(what);
  const [page, setPage] = useState<string | null>(null);
  const [held, setHeld] = useState<{
    of: string;
    items: SearchItem[] | null;
    next: string | null;
    error: ConnvoError | null;
  }>(NO_SEARCH);
  // A further page is of the question that it was asked for.
  const after = held.of === of && page === held.next ? page : null;
  const asked = held.of === of && after === null;
  useEffect(() => {
    if (!of || asked) return;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api.search({ ...(JSON.parse(of) as SearchOptions), after }, stop.signal).then(
        ({ items, next }) =>
          setHeld((was) => ({
            of,
            items: after === null ? items : [...(was.items ?? []), ...items],
            next: next ?? null,
            error: null,
          })),
        (failure: unknown) => {
          if (stop.signal.aborted) return;
          const error = ConnvoError.from(failure);
          setHeld((was) =>
            was.of === of
              ? { ...was, error }
              : { of, items: null, next: null, error },
          );
          setPage(null);
        },
      );
    }, after === null ? delay : 0);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [api, of, asked, after, delay]);
  const { items, next, error } = of ? held : NO_SEARCH;
  const busy = of !== "" && !asked;
  const readOn = useCallback(() => setPage(next), [next]);
  return useMemo(
    () => ({ items, more: next !== null, busy, error, readOn }),
    [items, next, busy, error, readOn],
  );
}

interface Closable {
  close(): void;
}

/** Opens something in an effect and closes it in its clean-up, once each. */
function useOpened<Opened extends Closable>(
  open: () => Promise<Opened | undefined> | undefined,
): [Opened | null, ConnvoError | null] {
  const [state, setState] = useState<
    [Opened | null, ConnvoError | null]
  >([null, null]);
  useEffect(() => {
    let left = false;
    let opened: Opened | undefined;
    Promise.resolve(open())
      .then((value) => {
        opened = value;
        if (left) value?.close();
        else if (value) setState([value, null]);
      })
      .catch((failure: unknown) => {
        if (!left) setState([null, ConnvoError.from(failure)]);
      });
    return () => {
      left = true;
      opened?.close();
      setState([null, null]);
    };
  }, [open]);
  return state;
}

function nothing(): void {}
