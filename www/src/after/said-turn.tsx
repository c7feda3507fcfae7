import { memo } from "react";
import { Marked } from "@/find/marked";
import { personColor } from "@/lib/person";
import { clock } from "@/lib/time";
import type { Turn } from "@/transcript/turns";

/** What one person said in one go, with what is looked for marked. */
export const SaidTurn = memo(function SaidTurn({
  turn,
  origin,
  q,
}: {
  turn: Turn;
  /** When the clock began, in milliseconds since the Unix epoch. */
  origin: number;
  q: string;
}) {
  return (
    <li className="turn" data-testid="said">
      <p className="turn-head">
        <span
          className="turn-mark"
          style={{ "--person": personColor(turn.person) }}
        />
        <strong>{turn.speaker}</strong>
        <time className="muted">{clock(turn.startMs - origin)}</time>
      </p>
      <p className="turn-text">
        <Marked text={turn.parts.map(({ text }) => text).join(" ")} q={q} />
      </p>
    </li>
  );
});
