/** How far from 0 a sentiment says something: the measure of VADER, which it is made by. */
const NEUTRAL = 0.05;

/** A segment's sentiment, -1 to 1, in a word; null where it leans to neither side. */
export function tone(sentiment: number | undefined): string | null {
  if (sentiment === undefined || Math.abs(sentiment) < NEUTRAL) return null;
  return sentiment > 0 ? "Positive" : "Negative";
}
