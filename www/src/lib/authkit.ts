"use client";

import { ConnvoError } from "@connvo/client";
import type { createClient } from "@workos-inc/authkit-js";
import { writeSession } from "./session";
import { signInWay, unreached } from "./sign-in";

type AuthKit = Awaited<ReturnType<typeof createClient>>;

let opened: Promise<AuthKit> | undefined;
/** Where the person was going when they left for WorkOS. */
let next: string | null = null;

/**
 * AuthKit's client, loaded when it is first needed. It takes the code of a page
 * that WorkOS has led back to.
 */
function authkit(): Promise<AuthKit> {
  opened ??= open().catch((thrown: unknown) => {
    opened = undefined;
    throw thrown;
  });
  return opened;
}

async function open(): Promise<AuthKit> {
  const way = await signInWay();
  if (way.kind !== "workOs") throw signedOut();
  const sdk = await import("@workos-inc/authkit-js");
  const api = new URL(way.apiUrl);
  return sdk.createClient(way.clientId, {
    apiHostname: api.hostname,
    https: api.protocol === "https:",
    ...(api.port && { port: Number(api.port) }),
    redirectUri: `${location.origin}/sign-in`,
    onRedirectCallback: ({ state }) => {
      const value: unknown = state?.next;
      next = typeof value === "string" ? value : null;
    },
  });
}

/** A token that is good now; AuthKit refreshes it. */
export async function authkitToken(): Promise<string> {
  const client = await authkit();
  const { LoginRequiredError } = await import("@workos-inc/authkit-js");
  return client.getAccessToken().catch((thrown: unknown) => {
    throw thrown instanceof LoginRequiredError ? signedOut() : thrown;
  });
}

/**
 * Takes up the session of whoever has signed in at WorkOS. Answers where they were
 * going (not to be trusted), or undefined when nobody has signed in.
 */
export async function takeUp(): Promise<string | null | undefined> {
  const client = await authkit();
  if (!client.getUser()) return undefined;
  const token = await authkitToken();
  const response = await fetch("/v1/me", {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(20_000),
  }).catch(unreached);
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) throw ConnvoError.from(body ?? signedOut());
  const me = body as { id: string; name: string; email: string | null };
  const email = me.email ?? "";
  const name = me.name || email;
  writeSession({ by: "workOs", token, userId: me.id, name, email });
  return next;
}

/** Leaves for WorkOS, to come back to the sign-in page and then to `then`. */
export async function leaveForSignIn(then: string | null): Promise<void> {
  await (await authkit()).signIn({ state: { next: then } });
}

/** Ends the session at WorkOS too, and comes back to the start. */
export async function signOutThere(): Promise<void> {
  (await authkit()).signOut({ returnTo: location.origin });
}

function signedOut(): ConnvoError {
  const detail = "You are signed out. Sign in again to go on.";
  return new ConnvoError({ code: "UNAUTHORIZED", detail });
}
