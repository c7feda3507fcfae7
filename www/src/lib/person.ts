/** Colours for people; white text on each has a contrast of 4.5:1 or more. */
const COLORS = [
  "#0f6b8f",
  "#b4235a",
  "#7a3fc4",
  "#8f5400",
  "#2f7a34",
  "#b03a1e",
  "#3a57c9",
  "#0f7569",
  "#9c2f9c",
  "#5a6b12",
] as const;

/** The colour of a person or speaker, the same on every screen. */
export function personColor(key: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) {
    hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  }
  return COLORS[(hash >>> 0) % COLORS.length] ?? COLORS[0];
}

/** One or two letters that stand for a name. */
export function initials(name: string): string {
  const words = name.trim().split(/[\s@.]+/u);
  const first = Array.from(words[0] ?? "")[0] ?? "?";
  const last = words.length > 1 ? Array.from(words.at(-1) ?? "")[0] : undefined;
  return (first + (last ?? "")).toUpperCase();
}

/** Whether a peer of the note is this person. Presence carries name and colour,
    and the colour comes from the user id. */
export function isPerson(
  peer: { name: string; color: string },
  userId: string,
  name: string,
): boolean {
  return peer.name === name && peer.color === personColor(userId);
}
