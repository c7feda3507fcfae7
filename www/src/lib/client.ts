"use client";

import init, { Client } from "@connvo/client";
import { token } from "./api";
import { onSession, readSession } from "./session";

/** The client of whoever is signed in, from the first room to the page's end. */
let kept: { userId: string; client: Client } | undefined;

/**
 * The one client of a person in this page. It outlives the rooms: what could
 * not be kept on the device is still there when they are entered again.
 */
export async function clientOf(userId: string): Promise<Client> {
  await init();
  if (kept?.userId === userId) return kept.client;
  kept?.client.free();
  const client = new Client({ token });
  client.connect();
  kept = { userId, client };
  return client;
}

/** Edits and calls of this page that would end with it. */
export function unkept(): number {
  return kept?.client.unkept() ?? 0;
}

if (typeof window !== "undefined") {
  addEventListener("beforeunload", (event) => {
    if (unkept() > 0) event.preventDefault();
  });
  onSession(() => {
    if (!kept || readSession()?.userId === kept.userId) return;
    kept.client.free();
    kept = undefined;
  });
}
