"use client";

import {
  useId,
  useRef,
  useState,
  type KeyboardEvent,
  type TextareaHTMLAttributes,
} from "react";
import { candidates, startedAt, type Named } from "./mentions";

interface Props extends Omit<
  TextareaHTMLAttributes<HTMLTextAreaElement>,
  "onChange" | "value"
> {
  label: string;
  text: string;
  named: readonly Named[];
  onText: (text: string) => void;
  /** Enter, without Shift and outside the names. */
  onEnter: () => void;
}

/** A text in which `@` offers the names of the meeting's people. */
export function MentionField({
  label,
  text,
  named,
  onText,
  onEnter,
  onKeyDown,
  ...rest
}: Props) {
  const list = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const [cursor, setCursor] = useState(0);
  const [at, setAt] = useState(0);
  /** The text whose offer was turned down. */
  const [shut, setShut] = useState<string>();
  const started = shut === text ? null : startedAt(text, cursor);
  const offered = started ? candidates(named, started.typed) : [];
  const chosen = offered[Math.min(at, offered.length - 1)];

  const take = ({ name }: Named) => {
    if (!started || !field.current) return;
    const next = `${text.slice(0, started.at)}@${name} ${text.slice(cursor)}`;
    const place = started.at + name.length + 2;
    field.current.value = next;
    field.current.setSelectionRange(place, place);
    onText(next);
    setCursor(place);
    setShut(next);
  };
  const keys = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (chosen && step !== undefined) {
      const place = offered.indexOf(chosen) + step + offered.length;
      setAt(place % offered.length);
    } else if (chosen && (event.key === "Enter" || event.key === "Tab")) {
      take(chosen);
    } else if (chosen && event.key === "Escape") {
      setShut(text);
    } else if (event.key === "Enter" && !event.shiftKey) {
      onEnter();
    } else {
      onKeyDown?.(event);
      return;
    }
    event.preventDefault();
  };
  return (
    <div className="mention-field">
      {chosen && (
        <ul
          id={list}
          className="mention-list"
          role="listbox"
          aria-label="Names to mention"
        >
          {offered.map((one) => (
            <li
              key={one.id}
              id={`${list}-${one.id}`}
              role="option"
              aria-selected={one === chosen}
              onMouseDown={(event) => {
                event.preventDefault();
                take(one);
              }}
            >
              {one.name}
            </li>
          ))}
        </ul>
      )}
      <textarea
        ref={field}
        className="input"
        rows={1}
        {...rest}
        aria-label={label}
        aria-autocomplete="list"
        aria-controls={chosen ? list : undefined}
        aria-activedescendant={chosen ? `${list}-${chosen.id}` : undefined}
        value={text}
        onChange={({ target }) => {
          onText(target.value);
          setCursor(target.selectionStart);
          setAt(0);
        }}
        onSelect={({ currentTarget }) =>
          setCursor(currentTarget.selectionStart)
        }
        onKeyDown={keys}
      />
    </div>
  );
}
