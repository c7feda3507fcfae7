// Several people in one note, with the network as it should be.
import assert from "node:assert/strict";
import { agreed, eachOnce, tokens } from "./support/agreement.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

scene("two people type at once and end with the same text", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await stage.meeting(ann, ben);
  const [annes, bens] = await stage.enter(meeting, ann, ben);
  await annes.editor.toEnd();
  await bens.editor.toEnd();

  const [first, second] = [tokens("a", 25), tokens("b", 25)];
  await Promise.all([annes.editor.type(first.join("")), bens.editor.type(second.join(""))]);

  const text = await agreed(ann.api, meeting, annes, bens);
  eachOnce(text, [...first, ...second]);
  assert.equal(text.length, [...first, ...second].join("").length, "nothing else is there");
});

scene(
  "each sees the other's name, cursor and changes; undo takes back one's own",
  async (stage) => {
    const [ann, ben] = await stage.people("Ann", "Ben");
    const meeting = await stage.meeting(ann, ben);
    const [annes, bens] = await stage.enter(meeting, ann, ben);

    await annes.editor.toEnd();
    await annes.editor.type("From Ann. ");
    await bens.editor.shows("From Ann. ");
    await until(
      "Ben sees Ann's cursor",
      () => bens.editor.peers().allTextContents(),
      (names) => names.includes("Ann"),
    );
    const inTheNote = bens.page.getByTestId("in-the-note").getByRole("listitem");
    await until(
      "Ben sees who is here",
      () => inTheNote.allTextContents(),
      (names) => names.length === 2 && names.some((name) => name.includes("Ann")),
    );

    await bens.editor.toEnd();
    await bens.editor.type("From Ben 🙂.");
    await annes.editor.shows("From Ann. From Ben 🙂.");
    await annes.editor.area.focus();
    await annes.page.keyboard.press("Control+z");
    await bens.editor.shows("From Ben 🙂.");
    await annes.page.getByRole("button", { name: "Redo" }).click();
    await bens.editor.shows("From Ann. From Ben 🙂.");
    await agreed(ann.api, meeting, annes, bens);
  },
);
