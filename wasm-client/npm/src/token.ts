/** A token with its expiry, where it names one. */
export interface TokenAnswer {
  token: string;
  /** Milliseconds since the Unix epoch. */
  expiresAt?: number;
}

/** What this side reads of a token. It is not verified: the server does that. */
interface Claims {
  iss?: unknown;
  sub?: unknown;
  exp?: unknown;
}

function claims(token: string): Claims {
  try {
    const body = (token.split(".")[1] ?? "")
      .replaceAll("-", "+")
      .replaceAll("_", "/");
    const value: unknown = JSON.parse(atob(body));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** The token with its expiry, where it is a JSON Web Token that names one. */
export function answerOf(token: string): TokenAnswer {
  const { exp } = claims(token);
  return typeof exp === "number"
    ? { token, expiresAt: Math.floor(exp * 1000) }
    : { token };
}

const REMEMBERED = "connvo.person:";

/**
 * Names whose records on this device these are. The token's issuer and subject,
 * else (offline, with no token to be had) the person who last used this server
 * from here. Undefined when nobody is known: then nothing may be read or kept.
 */
export async function personOf(
  url: string,
  token: () => Promise<string>,
): Promise<string | undefined> {
  let person: string | undefined;
  try {
    const { iss, sub } = claims(await token());
    if (typeof sub === "string") person = `${String(iss ?? "")}|${sub}`;
  } catch {
    return remembered(url);
  }
  if (person !== undefined) remember(url, person);
  return person;
}

function remembered(url: string): string | undefined {
  try {
    return localStorage.getItem(REMEMBERED + url) ?? undefined;
  } catch {
    return undefined;
  }
}

function remember(url: string, person: string): void {
  try {
    localStorage.setItem(REMEMBERED + url, person);
  } catch {
    // Private mode: it is asked for again next time.
  }
}
