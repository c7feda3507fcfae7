import type { Component } from "@connvo/client";
import { Fragment } from "react";

/** Unchanged text longer than this is folded to its two ends. */
const FOLD_UTF16 = 400;
const KEEP_UTF16 = 140;

/** It scrolls, so that the keyboard must reach it. */
const BOX = { tabIndex: 0, role: "group", "aria-label": "Changes" } as const;

/** A piece of text, and what became of it. */
interface Piece {
  kind: "same" | "added" | "removed";
  text: string;
}

/** An edit of a text, with what it put in and what it took out. */
export function DiffView({ from, edit }: { from: string; edit: Component[] }) {
  const pieces = piecesOf(from, edit);
  if (pieces.every(({ kind }) => kind === "same")) {
    return (
      <div className="diff" {...BOX}>
        <p className="muted diff-same">No difference.</p>
        {from}
      </div>
    );
  }
  return (
    <div className="diff" data-testid="diff" {...BOX}>
      {pieces.map(({ kind, text }, at) => {
        if (kind === "added") return <ins key={at}>{text}</ins>;
        if (kind === "removed") return <del key={at}>{text}</del>;
        return (
          <Fragment key={at}>
            {fold(text, at === 0, at === pieces.length - 1)}
          </Fragment>
        );
      })}
    </div>
  );
}

function piecesOf(from: string, edit: Component[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  const take = (length: number) => from.slice(at, (at += length));
  for (const part of edit) {
    if ("retain" in part)
      pieces.push({ kind: "same", text: take(part.retain) });
    else if ("insert" in part)
      pieces.push({ kind: "added", text: part.insert });
    else pieces.push({ kind: "removed", text: take(part.delete) });
  }
  if (at < from.length) pieces.push({ kind: "same", text: from.slice(at) });
  return pieces;
}

function fold(text: string, first: boolean, last: boolean) {
  if (text.length <= FOLD_UTF16) return text;
  const head = first ? "" : upToLine(text.slice(0, KEEP_UTF16), -1);
  const tail = last ? "" : upToLine(text.slice(-KEEP_UTF16), 1);
  return (
    <>
      {head}
      <span className="diff-fold">unchanged</span>
      {tail}
    </>
  );
}

/** Cuts at a line's end where there is one, so that no line is torn. */
function upToLine(text: string, side: -1 | 1): string {
  const cut = side < 0 ? text.lastIndexOf("\n") : text.indexOf("\n");
  if (cut < 0) return text;
  return side < 0 ? text.slice(0, cut + 1) : text.slice(cut);
}
