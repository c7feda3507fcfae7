import type { ChangeSet, ChangeSpec } from "@codemirror/state";
import type { Component } from "@connvo/client";

/**
 * CodeMirror's changes as an operation. Both count UTF-16 code units, so that
 * positions carry over one to one.
 */
export function toOperation(changes: ChangeSet): Component[] {
  const operation: Component[] = [];
  let at = 0;
  changes.iterChanges((fromA, toA, _fromB, _toB, inserted) => {
    if (fromA > at) operation.push({ retain: fromA - at });
    if (inserted.length > 0) operation.push({ insert: inserted.toString() });
    if (toA > fromA) operation.push({ delete: toA - fromA });
    at = toA;
  }, true);
  return operation;
}

/** An operation as changes of the text that it applies to. */
export function toChanges(operation: readonly Component[]): ChangeSpec[] {
  const changes: ChangeSpec[] = [];
  let at = 0;
  for (const component of operation) {
    if ("retain" in component) {
      at += component.retain;
    } else if ("insert" in component) {
      changes.push({ from: at, insert: component.insert });
    } else {
      changes.push({ from: at, to: at + component.delete });
      at += component.delete;
    }
  }
  return changes;
}

/**
 * Where the last change of an operation ends in the text it makes: the place
 * to show after an undo. Null where nothing changes.
 */
export function changeEnd(operation: readonly Component[]): number | null {
  let at = 0;
  let end: number | null = null;
  for (const component of operation) {
    if ("retain" in component) {
      at += component.retain;
    } else if ("insert" in component) {
      at += component.insert.length;
      end = at;
    } else {
      end = at;
    }
  }
  return end;
}
