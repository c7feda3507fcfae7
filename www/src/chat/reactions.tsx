"use client";

import type { Message } from "@connvo/client";
import type { Named } from "./mentions";

const EMOJI: [string, string][] = [
  ["👍", "thumbs up"],
  ["❤️", "heart"],
  ["😂", "laughing"],
  ["🎉", "celebrating"],
  ["🤔", "thinking"],
  ["👀", "looking"],
];

/** Who has reacted how; one's own can be taken back. */
export function Reactions({
  message: { reactions },
  named,
  me,
  onReact,
}: {
  message: Message;
  named: readonly Named[];
  me: string;
  /** Null for who may not. */
  onReact: ((emoji: string, on: boolean) => void) | null;
}) {
  if (reactions.length === 0) return null;
  return (
    <div className="reactions" role="group" aria-label="Reactions">
      {reactions.map(({ emoji, userIds }) => {
        const mine = userIds.includes(me);
        const who = userIds.map(
          (id) => named.find((one) => one.id === id)?.name ?? "somebody",
        );
        return (
          <button
            key={emoji}
            type="button"
            className="reaction"
            aria-pressed={mine}
            title={who.join(", ")}
            disabled={!onReact}
            onClick={() => onReact?.(emoji, !mine)}
          >
            <span>{emoji}</span> {userIds.length}
            <span className="visually-hidden"> by {who.join(", ")}</span>
          </button>
        );
      })}
    </div>
  );
}

/** The emoji to react with. */
export function ReactionPicker({
  onPick,
  onClose,
  onEscape,
}: {
  onPick: (emoji: string) => void;
  onClose: () => void;
  onEscape: () => void;
}) {
  return (
    <div
      className="reaction-picker"
      role="group"
      aria-label="React with"
      onKeyDown={(event) => {
        if (event.key === "Escape") onEscape();
      }}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) onClose();
      }}
    >
      {EMOJI.map(([emoji, name], at) => (
        <button
          key={emoji}
          type="button"
          autoFocus={at === 0}
          aria-label={name}
          title={name}
          onClick={() => onPick(emoji)}
        >
          {emoji}
        </button>
      ))}
    </div>
  );
}
