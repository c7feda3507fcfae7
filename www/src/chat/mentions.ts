import type { Participant } from "@connvo/client";

/** Somebody who can be mentioned. */
export interface Named {
  id: string;
  name: string;
}

/** Everybody of a meeting whose name is known. */
export function namedOf(people: readonly Participant[] | undefined): Named[] {
  const named: Named[] = [];
  for (const { userId, name } of people ?? []) {
    if (userId !== null && name) named.push({ id: userId, name });
  }
  return named;
}

/** What the first of these ids is called, where that is known. */
export function nameOf(
  named: readonly Named[],
  ids: readonly string[],
): string | undefined {
  return named.find(({ id }) => id === ids[0])?.name;
}

/** A name that is being written: from its `@` to the cursor. */
export interface Started {
  /** Where the `@` stands, in UTF-16 code units. */
  at: number;
  typed: string;
}

/** The mention that is being written at the cursor, if one is. */
export function startedAt(text: string, cursor: number): Started | null {
  const before = text.slice(0, cursor);
  const found = /(?:^|[\s(])@([^\s@]*(?: [^\s@]*)?)$/u.exec(before);
  const typed = found?.[1];
  if (typed === undefined) return null;
  return { at: cursor - typed.length - 1, typed };
}

const MOST = 6;

/** Who may be meant: names of which a word begins so. */
export function candidates(named: readonly Named[], typed: string): Named[] {
  const wanted = typed.toLocaleLowerCase();
  const fits = ({ name }: Named) => {
    const whole = name.toLocaleLowerCase();
    return whole.startsWith(wanted) || whole.includes(` ${wanted}`);
  };
  return named.filter(fits).slice(0, MOST);
}

/** Whose names stand in a text behind an `@`. */
export function mentionedIn(text: string, named: readonly Named[]): string[] {
  const ids = pieces(text, named).flatMap((piece) =>
    piece.kind === "mention" ? piece.of.id : [],
  );
  return [...new Set(ids)];
}

/** A part of a text, as it is shown. */
export type Piece =
  | { kind: "text"; text: string }
  | { kind: "link"; text: string }
  | { kind: "mention"; text: string; of: Named };

/** A text cut where addresses and mentions stand in it. */
export function pieces(text: string, named: readonly Named[]): Piece[] {
  // The longest first: "@Ann Lee" is not Ann.
  const byLength = [...named].sort((a, b) => b.name.length - a.name.length);
  const names = byLength.map(({ name }) => escape(name)).join("|");
  const mention = names && `|@(?:${names})(?![\\p{L}\\p{N}])`;
  const cut = new RegExp(`https?://[^\\s<>"]*[^\\s<>".,;:!?)]${mention}`, "gu");
  const found: Piece[] = [];
  let end = 0;
  for (const { 0: part, index } of text.matchAll(cut)) {
    if (index > end) found.push({ kind: "text", text: text.slice(end, index) });
    end = index + part.length;
    const of = byLength.find(({ name }) => part === `@${name}`);
    found.push(
      of ? { kind: "mention", text: part, of } : { kind: "link", text: part },
    );
  }
  if (end < text.length) found.push({ kind: "text", text: text.slice(end) });
  return found;
}

function escape(words: string): string {
  return words.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
