import { memo } from "react";
import { pieces, type Named } from "./mentions";

/** The words of a message, with its addresses as links and who is mentioned set off. */
export const MessageText = memo(function MessageText({
  text,
  mentions,
  named,
  me,
}: {
  text: string;
  /** Who is mentioned, by id. */
  mentions: readonly string[];
  named: readonly Named[];
  me: string;
}) {
  const meant = named.filter(({ id }) => mentions.includes(id));
  return (
    <p className="message-text">
      {pieces(text, meant).map((piece, at) => {
        switch (piece.kind) {
          case "text":
            return piece.text;
          case "link":
            return (
              <a
                key={at}
                href={piece.text}
                target="_blank"
                rel="noopener noreferrer"
              >
                {piece.text}
              </a>
            );
          case "mention":
            return (
              <span
                key={at}
                className={
                  piece.of.id === me ? "mention mention-me" : "mention"
                }
              >
                {piece.text}
              </span>
            );
        }
      })}
    </p>
  );
});
