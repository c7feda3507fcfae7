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

/**
 * A colour that came over the wire, fit for a style and for white text on it: a
 * pale one is darkened, and what is no `#rrggbb` becomes the colour of `key`.
 */
export function legible(color: string, key: string): string {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color);
  if (!hex) return personColor(key);
  let rgb = hex.slice(1).map((part) => parseInt(part, 16));
  while (luminance(rgb) > DARK) rgb = rgb.map((part) => Math.floor(part * 0.9));
  return `#${rgb.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** White on it has a contrast of 4.5:1 (WCAG 2.2). */
const DARK = 1.05 / 4.5 - 0.05;

/** Relative luminance, 0 to 1, of channels from 0 to 255. */
function luminance(rgb: readonly number[]): number {
  const [r = 0, g = 0, b = 0] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
