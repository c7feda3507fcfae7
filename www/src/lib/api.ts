"use client";

import { ConnvoError, createApi, type Api } from "@connvo/client";
import { authkitToken, signOutThere } from "./authkit";
import { readSession, writeSession } from "./session";
import { unreached } from "./sign-in";

/** The token of whoever is signed in. */
export function token(): Promise<string> {
  const session = readSession();
  if (session?.by === "workOs") return authkitToken();
  if (session) return Promise.resolve(session.token);
  return Promise.reject(
    new ConnvoError({
      code: "UNAUTHORIZED",
      detail: "You are signed out. Sign in again to go on.",
    }),
  );
}

/** The server's HTTP interface, as whoever is signed in. */
export const api: Api = createApi({ token });

/**
 * Anything thrown, as an error with a message for people. A refused token ends
 * the session, which leads back to the sign-in page.
 */
export function problem(thrown: unknown): ConnvoError {
  const error = ConnvoError.from(thrown);
  if (error.code === "UNAUTHORIZED") writeSession(null);
  return error;
}

/** Whether the server could not be reached, or was not able to answer. */
export function unreachable(thrown: unknown): boolean {
  return thrown instanceof ConnvoError && thrown.code === "UNAVAILABLE";
}

/** Signs in at the development issuer. */
export async function signIn(name: string, email: string): Promise<void> {
  const response = await fetch("/dev/token", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name, email }),
    signal: AbortSignal.timeout(20_000),
  }).catch(unreached);
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    throw ConnvoError.from(
      body ?? new Error("Signing in is not offered at this address."),
    );
  }
  const { token, userId } = body as { token: string; userId: string };
  writeSession({
    by: "development",
    token,
    userId,
    name: name.trim(),
    email: email.trim(),
  });
}

/**
 * Signs out: here at once, and at the server, which closes what else is open of
 * this session. A server that cannot be reached does not keep anybody signed in.
 */
export async function signOut(): Promise<void> {
  const session = readSession();
  const bearer = await token().catch(() => undefined);
  if (bearer) {
    void fetch("/v1/me/sign-out", {
      method: "POST",
      headers: { authorization: `Bearer ${bearer}` },
      keepalive: true,
    }).catch(() => undefined);
  }
  writeSession(null);
  if (session?.by === "workOs") await signOutThere().catch(() => undefined);
}
