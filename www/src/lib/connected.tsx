"use client";

import type { Client, ConnvoError } from "@connvo/client";
import { ConnvoClientProvider } from "@connvo/client/react";
import { useEffect, useState, type ReactNode } from "react";
import { problem } from "./api";
import { clientOf } from "./client";

/** Gives the hooks the client of whoever is signed in. */
export function Connected({
  userId,
  children,
}: {
  userId: string;
  children: ReactNode;
}) {
  const [client, setClient] = useState<Client | null>(null);
  const [error, setError] = useState<ConnvoError | null>(null);
  useEffect(() => {
    let here = true;
    clientOf(userId).then(
      (made) => here && setClient(made),
      (thrown: unknown) => here && setError(problem(thrown)),
    );
    return () => {
      here = false;
    };
  }, [userId]);
  return (
    <ConnvoClientProvider client={client} error={error}>
      {children}
    </ConnvoClientProvider>
  );
}
