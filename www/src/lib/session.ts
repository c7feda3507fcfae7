"use client";

import { useSyncExternalStore } from "react";
import { forgetSeen } from "./seen";

/** Who is signed in on this browser. */
export interface Session {
  /** Where they signed in: whose the token is to keep fresh. */
  by?: "workOs" | "development";
  token: string;
  userId: string;
  name: string;
  email: string;
}

const KEY = "connvo.session";
const listeners = new Set<() => void>();
let seen: { raw: string | null; session: Session | null } = {
  raw: null,
  session: null,
};

/** The session, or null when nobody is signed in. */
export function readSession(): Session | null {
  const raw = stored();
  if (raw !== seen.raw) seen = { raw, session: parse(raw) };
  return seen.session;
}

/** Keeps a session, or with null forgets it. Every tab hears of it. */
export function writeSession(session: Session | null): void {
  if (session) localStorage.setItem(KEY, JSON.stringify(session));
  else {
    localStorage.removeItem(KEY);
    forgetSeen();
  }
  listeners.forEach((listener) => listener());
}

/** The session: undefined while unknown (before hydration), null for nobody. */
export function useSession(): Session | null | undefined {
  return useSyncExternalStore<Session | null | undefined>(
    onSession,
    readSession,
    () => undefined,
  );
}

/** The sign-in address that leads back to `here`. */
export function signInUrl(here: string): string {
  return `/sign-in?next=${encodeURIComponent(here)}`;
}

/**
 * Where to go after signing in: a path of this origin, never another site.
 */
export function nextPath(next: string | null, origin: string): string {
  if (!next) return "/";
  try {
    const url = new URL(next, origin);
    return url.origin === origin ? url.pathname + url.search : "/";
  } catch {
    return "/";
  }
}

/** Runs `listener` when somebody signs in or out, in whatever tab. */
export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}

function stored(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function parse(raw: string | null): Session | null {
  if (!raw) return null;
  try {
    return JSON.parse(raw) as Session;
  } catch {
    return null;
  }
}
