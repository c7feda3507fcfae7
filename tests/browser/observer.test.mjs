import assert from "node:assert/strict";
import { scene } from "./support/scene.mjs";

scene("an observer reads along, cannot type, and sees why", async (stage) => {
  const [ann, olga] = await stage.people("Ann", "Olga");
  const meeting = await stage.meeting(ann, [olga, "observer"]);
  const [annes, olgas] = await stage.enter(meeting, ann, olga);
  await annes.editor.toEnd();
  await annes.editor.type("Read me.");
  await olgas.editor.shows("Read me.");

  const why = olgas.page.getByTestId("read-only");
  assert.match(await why.innerText(), /Read-only: .*observer/);
  assert.equal(await olgas.editor.area.getAttribute("aria-readonly"), "true");
  assert.equal(await olgas.page.getByRole("button", { name: "Bold" }).isDisabled(), true);
  await olgas.editor.toEnd();
  await olgas.editor.type("Not me.");
  await olgas.page.keyboard.press("Backspace");
  await annes.editor.type(" All of it.");
  await olgas.editor.shows("Read me. All of it.");
  assert.equal((await olgas.state()).unsent, 0);
  assert.equal(await annes.page.getByTestId("read-only").count(), 0);

  const operation = {
    baseVersion: 0,
    clientId: "o",
    clientSeq: 1,
    operation: [{ insert: "x" }],
  };
  await assert.rejects(
    olga.api.post(`/v1/meetings/${meeting}/notes/ops`, operation),
    /403/,
  );
  assert.equal(await ann.api.note(meeting), "Read me. All of it.");
});
