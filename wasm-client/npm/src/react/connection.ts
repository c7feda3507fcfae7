"use client";
/** The line, and what this device keeps. */
import { useCallback, useMemo } from "react";
import type {
  Client,
  ConnectionState,
  RefusedCall,
  StorageKind,
} from "../index.js";
import { useFollowed } from "./followed.js";
import { useClient } from "./provider.js";

const LOADING: ConnectionState = {
  status: "connecting",
  userId: null,
  clockOffsetMs: 0,
  retryAt: null,
  problem: null,
};

const onConnection = (of: Client, run: () => void) => of.onConnection(run);
const onStorage = (of: Client, run: () => void) => of.onStorage(run);
const onRefused = (of: Client, run: () => void) => of.onRefused(run);

/** How the connection stands. */
export function useConnection(): ConnectionState {
  return useFollowed(
    useClient(),
    onConnection,
    (client) => client.connection(),
    LOADING,
  );
}

/** Where unsent changes are kept; `memory` means that they end with the page. */
export function useStorage(): StorageKind | null {
  return useFollowed<Client, StorageKind | null>(
    useClient(),
    onStorage,
    (client) => client.storage(),
    null,
  );
}

/** What an earlier page asked for in vain. */
export interface RefusedView {
  /** The latest last. */
  refused: readonly RefusedCall[];
  /** The person has seen it. */
  dismiss: (seen: RefusedCall) => void;
}

const NONE: readonly RefusedCall[] = [];

/** What an earlier page asked for, off the line, and the server refused for good. */
export function useRefused(): RefusedView {
  const client = useClient();
  const refused = useFollowed(
    client,
    onRefused,
    (of) => of.refused(),
    NONE,
  );
  const dismiss = useCallback(
    (seen: RefusedCall) => client?.dismissRefused(seen),
    [client],
  );
  return useMemo(() => ({ refused, dismiss }), [refused, dismiss]);
}
