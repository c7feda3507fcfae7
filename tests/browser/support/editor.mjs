// The note's editor, as a person uses it and as they see it.
import { until } from "./until.mjs";

/** The editor of one page. */
export class Editor {
  #page;

  constructor(page) {
    this.#page = page;
    /** The part that is written in. */
    this.area = page.getByRole("textbox", { name: "Meeting note" });
  }

  /** Puts the cursor at the end of the note. */
  async toEnd() {
    await this.area.focus();
    await this.#page.keyboard.press("Control+End");
  }

  /** Puts the cursor at its beginning. */
  async toStart() {
    await this.area.focus();
    await this.#page.keyboard.press("Control+Home");
  }

  /** Presses the keys of `text`, one after the other, where the cursor is. */
  type(text) {
    return this.#page.keyboard.type(text);
  }

  /** The text on the screen, without the others' cursors and the placeholder. */
  text() {
    return this.area.evaluate((area) => {
      const lines = Array.from(area.querySelectorAll(".cm-line"), (line) => {
        const copy = line.cloneNode(true);
        for (const extra of copy.querySelectorAll(".peer-caret, .cm-placeholder")) {
          extra.remove();
        }
        return copy.textContent;
      });
      return lines.join("\n");
    });
  }

  /** Waits until the text on the screen is as it should be, and answers it. */
  shows(good) {
    const [what, check] =
      typeof good === "string"
        ? [`the editor shows ${JSON.stringify(good)}`, (text) => text === good]
        : ["the editor shows what it should", good];
    return until(what, () => this.text(), check);
  }

  /** The cursors of the others, by name. */
  peers() {
    return this.#page.getByTestId("peer-caret");
  }
}
