import type { ConnectionKind } from "@connvo/client";
import { moment } from "@/lib/time";
import type { Connection } from "@connvo/client";

/** Which connections are listed, by the state asked for; all without one. */
export const LISTS = [
  ["", "All"],
  ["pending", "Waiting"],
  ["accepted", "Connected"],
  ["declined", "Declined"],
  ["blocked", "Blocked"],
] as const;

/** What one may ask for. */
export const KINDS: [ConnectionKind, string][] = [
  ["connection", "We know each other"],
  ["follow", "I follow them"],
  ["mentor", "They mentor me"],
  ["mentee", "I mentor them"],
  ["collaborator", "We work together"],
];

/** What a connection is about, from the beginner's side and from the other. */
const ABOUT: Record<ConnectionKind, [string, string]> = {
  connection: ["you know each other", "you know each other"],
  follow: ["you follow them", "they follow you"],
  mentor: ["they mentor you", "you mentor them"],
  mentee: ["you mentor them", "they mentor you"],
  collaborator: ["you work together", "you work together"],
};

/** What a connection is about, as I see it. */
export function about({ kind, initiatedByMe }: Connection): string {
  return ABOUT[kind][initiatedByMe ? 0 : 1];
}

/** Where a connection is. */
export function standing(connection: Connection): string {
  const { state, initiatedByMe, requestedAt, respondedAt } = connection;
  const since = moment(respondedAt ?? requestedAt);
  if (state === "accepted") return `since ${since}`;
  if (state === "blocked") return `blocked since ${since}`;
  if (state === "declined") {
    return initiatedByMe ? `declined ${since}` : `you declined ${since}`;
  }
  return initiatedByMe
    ? `you asked ${moment(requestedAt)}`
    : `asked you ${moment(requestedAt)}`;
}

/** The path to a person, to ask them for a connection. */
export function askPath(userId: string): string {
  return `/connections?ask=${encodeURIComponent(userId)}`;
}

/** The whole address, to hand to others. */
export function askLink(userId: string): string {
  return location.origin + askPath(userId);
}

/** The person whom a link leads to; what is no link is an id. */
export function personOf(text: string): string {
  const trimmed = text.trim();
  return URL.canParse(trimmed)
    ? (new URL(trimmed).searchParams.get("ask") ?? trimmed)
    : trimmed;
}
