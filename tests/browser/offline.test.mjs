// The wire is really cut: sockets die and none can be opened.
import assert from "node:assert/strict";
import { agreed, eachOnce, tokens } from "./support/agreement.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

scene(
  "somebody who is cut off types, reloads, comes back, and nothing is lost",
  async (stage) => {
    const wire = await stage.wire();
    const ann = await stage.person("Ann", { origin: wire.origin });
    const ben = await stage.person("Ben");
    const meeting = await stage.meeting(ann, ben);
    const [annes, bens] = await stage.enter(meeting, ann, ben);
    const [before, away, after, others] = ["pre", "off", "rel", "ben"].map((name) =>
      tokens(name, 8),
    );
    await annes.editor.toEnd();
    await annes.editor.type(before.join(""));
    await annes.sent();
    await bens.editor.shows(before.join(""));
    await annes.kept();

    await wire.cut();
    await annes.down();
    await annes.editor.type(away.join(""));
    await bens.editor.toEnd();
    await bens.editor.type(others.join(""));
    const saved = ({ saved, unsent }) => saved && unsent > 0;
    await until("what is unsent is kept on the device", () => annes.state(), saved);

    await annes.page.reload();
    await annes.editor.shows([...before, ...away].join(""));
    assert.notEqual((await annes.state()).status, "live");
    await annes.editor.toStart();
    await annes.editor.type(after.join(""));
    assert.equal(await annes.editor.text(), [...after, ...before, ...away].join(""));
    assert.ok(
      !(await ann.api.note(meeting)).includes("off"),
      "the server knows nothing of it yet",
    );

    await wire.restore();
    const text = await agreed(ann.api, meeting, annes, bens);
    eachOnce(text, [...before, ...away, ...after, ...others]);
  },
);

scene("the badge counts what is unsent while the line is down", async (stage) => {
  const wire = await stage.wire();
  const ann = await stage.person("Ann", { origin: wire.origin });
  const meeting = await stage.meeting(ann);
  const room = await ann.enter(meeting);
  await until(
    "all is saved",
    () => room.state(),
    ({ words }) => words === "All changes saved",
  );

  await wire.cut();
  await room.down();
  await room.editor.toEnd();
  await room.editor.type("one");
  const counted = ({ unsent, words }) => unsent > 0 && words.includes(`${unsent} unsent`);
  const first = await until("the badge counts", () => room.state(), counted);
  assert.match(first.words, /^(Offline|Connecting…)/);
  await room.page.keyboard.press("Enter");
  await room.editor.type("two");
  const more = (state) => counted(state) && state.unsent > first.unsent;
  await until("the count grows", () => room.state(), more);

  await wire.restore();
  await room.sent();
  await until(
    "all is saved",
    () => room.state(),
    ({ words }) => words === "All changes saved",
  );
  assert.equal(await ann.api.note(meeting), "one\ntwo");
});
