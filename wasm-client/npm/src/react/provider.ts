"use client";
/** The client of what is below a provider. */
import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
} from "react";
import init, { Client, ConnvoError, type ClientOptions } from "../index.js";

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
