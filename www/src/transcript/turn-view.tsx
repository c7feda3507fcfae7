import { memo, type ReactNode } from "react";
import { personColor } from "@/lib/person";
import { clock } from "@/lib/time";
import { CopyButton } from "@/ui/copy-button";
import { IconButton } from "@/ui/button";
import { wordsOf, type Found } from "./find";
import type { Turn } from "./turns";

interface Props {
  turn: Turn;
  /** What its time is counted from, in milliseconds since the Unix epoch. */
  origin: number;
  /** What was found in it. */
  found?: readonly Found[];
  /** Which of all that was found is looked at. */
  current?: number;
  /** Asks for another name of the speaker; null for who may not give one. */
  onRename: ((turn: Turn) => void) | null;
}

/** One turn of a speaker, with its time since `origin`. */
export const TurnView = memo(
  function TurnView({ turn, origin, found, current, onRename }: Props) {
    return (
      <li className="turn" data-testid="turn" data-start={turn.startMs}>
        <div className="turn-head">
          <span
            className="turn-mark"
            style={{ "--person": personColor(turn.person) }}
          />
          <strong>{turn.speaker}</strong>
          <time className="muted">{clock(turn.startMs - origin)}</time>
          <span className="turn-actions">
            {onRename && (
              <IconButton
                small
                icon="pencil"
                label={`Rename ${turn.speaker}`}
                onClick={() => onRename(turn)}
              />
            )}
            <CopyButton
              small
              iconOnly
              label={`Copy what ${turn.speaker} says`}
              text={() => wordsOf(turn)}
            />
          </span>
        </div>
        <p className="turn-text">
          {turn.parts.map(({ key, text, interim }, part) => (
            // Read out once it is final, not at every word.
            <span
              key={key}
              className={interim ? "interim" : undefined}
              aria-live={interim ? "off" : undefined}
            >
              {marked(
                text,
                found?.filter((one) => one.part === part),
                current,
              )}{" "}
            </span>
          ))}
        </p>
      </li>
    );
  },
  (a, b) =>
    a.origin === b.origin &&
    a.onRename === b.onRename &&
    sameFound(a, b) &&
    sameTurn(a.turn, b.turn),
);

/** A text in which what was found is set off. */
function marked(
  text: string,
  found: readonly Found[] | undefined,
  current: number | undefined,
): ReactNode {
  if (!found || found.length === 0) return text;
  const pieces: ReactNode[] = [];
  let end = 0;
  for (const { from, to, index } of found) {
    pieces.push(
      text.slice(end, from),
      <mark key={from} data-current={index === current || undefined}>
        {text.slice(from, to)}
      </mark>,
    );
    end = to;
  }
  pieces.push(text.slice(end));
  return pieces;
}

function sameFound(a: Props, b: Props): boolean {
  if (!a.found && !b.found) return true;
  const looked = ({ found, current }: Props) =>
    found?.some(({ index }) => index === current) ? current : undefined;
  const places = ({ found }: Props) => JSON.stringify(found);
  return looked(a) === looked(b) && places(a) === places(b);
}

function sameTurn(a: Turn, b: Turn): boolean {
  return (
    a.speaker === b.speaker &&
    a.userId === b.userId &&
    a.startMs === b.startMs &&
    a.parts.length === b.parts.length &&
    a.parts.every((part, at) => {
      const other = b.parts[at];
      return part.text === other?.text && part.interim === other.interim;
    })
  );
}
