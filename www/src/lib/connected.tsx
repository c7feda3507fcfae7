"use client";

import type { Client, ConnvoError } from "@connvo/client";
import { ConnvoClientProvider, useConnection } from "@connvo/client/react";
import { useEffect, useState, type ReactNode } from "react";
import { problem } from "./api";
import { clientOf } from "./client";
import { useSession, writeSession } from "./session";

interface Held {
  userId: string;
  client: Client | null;
  error: ConnvoError | null;
}

/** Gives the hooks the client of whoever is signed in, on every page. */
export function Connected({ children }: { children: ReactNode }) {
  const userId = useSession()?.userId;
  const [held, setHeld] = useState<Held>();
  useEffect(() => {
    if (userId === undefined) return;
    let here = true;
    const hold = (client: Client | null, error: ConnvoError | null) => {
      if (here) setHeld({ userId, client, error });
    };
    clientOf(userId).then(
      (client) => hold(client, null),
      (thrown: unknown) => hold(null, problem(thrown)),
    );
    return () => {
      here = false;
    };
  }, [userId]);
  const mine = held?.userId === userId ? held : undefined;
  return (
    <ConnvoClientProvider
      client={mine?.client ?? null}
      error={mine?.error ?? null}
    >
      <Refused />
      {children}
    </ConnvoClientProvider>
  );
}

/** A line that is refused for its token ends the session, on whatever page. */
function Refused() {
  const refused = useConnection().problem?.code === "UNAUTHORIZED";
  useEffect(() => {
    if (refused) writeSession(null);
  }, [refused]);
  return null;
}
