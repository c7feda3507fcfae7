import { ConnvoError, diff, type Component, type Note } from "@connvo/client";

/** Takes what was typed into the note; answers why not, where it does not. */
export function take(note: Note, area: HTMLTextAreaElement): string {
  try {
    note.edit(diff(note.text(), area.value));
    return "";
  } catch (failure) {
    area.value = note.text();
    return ConnvoError.from(failure).message;
  }
}

/** Shows a change of others; the caret stays where it is among the words. */
export function show(area: HTMLTextAreaElement, operation: Component[]): void {
  let at = 0;
  for (const part of operation) {
    if ("retain" in part) {
      at += part.retain;
    } else if ("insert" in part) {
      area.setRangeText(part.insert, at, at, "preserve");
      at += part.insert.length;
    } else {
      area.setRangeText("", at, at + part.delete, "preserve");
    }
  }
}
