"use client";

import { ConnvoError } from "@connvo/client";

/** People sign in by WorkOS AuthKit. */
export interface WorkOsWay {
  kind: "workOs";
  clientId: string;
  apiUrl: string;
}

/** How people sign in here, as the server says. */
export type SignInWay = WorkOsWay | { kind: "development" };

let asked: Promise<SignInWay> | undefined;

/** Asks the server once; a failure is asked again. */
export function signInWay(): Promise<SignInWay> {
  asked ??= ask().catch((thrown: unknown) => {
    asked = undefined;
    throw thrown;
  });
  return asked;
}

async function ask(): Promise<SignInWay> {
  const response = await fetch("/v1/sign-in", {
    signal: AbortSignal.timeout(20_000),
  }).catch(unreached);
  if (!response.ok) return unreached(response.status);
  return (await response.json()) as SignInWay;
}

/** The error of a server that does not answer. */
export function unreached(cause: unknown): never {
  const detail =
    "The server cannot be reached. Check the connection and try again.";
  throw new ConnvoError({ code: "UNAVAILABLE", detail }, { cause });
}
