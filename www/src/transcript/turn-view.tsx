import { memo } from "react";
import { personColor } from "@/lib/person";
import { clock } from "@/lib/time";
import type { Turn } from "./turns";

/** One turn of a speaker, with its time since `origin`. */
export const TurnView = memo(
  function TurnView({ turn, origin }: { turn: Turn; origin: number }) {
    return (
      <li className="turn" data-testid="turn">
        <p className="turn-head">
          <span
            className="turn-mark"
            style={{ "--person": personColor(turn.person) }}
          />
          <strong>{turn.speaker}</strong>
          <time className="muted">{clock(turn.startMs - origin)}</time>
        </p>
        <p className="turn-text">
          {turn.parts.map(({ key, text, interim }) => (
            // Read out once it is final, not at every word.
            <span
              key={key}
              className={interim ? "interim" : undefined}
              aria-live={interim ? "off" : undefined}
            >
              {text}{" "}
            </span>
          ))}
        </p>
      </li>
    );
  },
  (a, b) => a.origin === b.origin && sameTurn(a.turn, b.turn),
);

function sameTurn(a: Turn, b: Turn): boolean {
  return (
    a.speaker === b.speaker &&
    a.startMs === b.startMs &&
    a.parts.length === b.parts.length &&
    a.parts.every((part, at) => {
      const other = b.parts[at];
      return part.text === other?.text && part.interim === other.interim;
    })
  );
}
