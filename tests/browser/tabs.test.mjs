// One person with two tabs: each has its own socket and its own outbox.
import { agreed, eachOnce, tokens } from "./support/agreement.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

scene("two tabs of one person write one note", async (stage) => {
  const ann = await stage.person("Ann");
  const meeting = await stage.meeting(ann);
  const [left, right] = await stage.enter(meeting, ann, ann);
  const [first, second] = [tokens("l", 10), tokens("r", 10)];
  await left.page.bringToFront();
  await left.editor.toEnd();
  await left.editor.type(first.join(""));
  // Else the end is where the last letter is not yet, and a word is torn.
  await right.editor.shows(first.join(""));
  await right.page.bringToFront();
  await right.editor.toEnd();
  await right.editor.type(second.join(""));
  eachOnce(await agreed(ann.api, meeting, left, right), [...first, ...second]);
});

scene("a closed tab's unsent words are sent by the other tab", async (stage) => {
  const wire = await stage.wire();
  const ann = await stage.person("Ann", { origin: wire.origin });
  const meeting = await stage.meeting(ann);
  const [closing, staying] = await stage.enter(meeting, ann, ann);
  const [lost, kept] = [tokens("lost", 6), tokens("kept", 6)];

  await wire.cut();
  await closing.down();
  await staying.down();
  await closing.page.bringToFront();
  await closing.editor.toEnd();
  await closing.editor.type(lost.join(""));
  const saved = ({ saved, unsent }) => saved && unsent > 0;
  await until("the words are kept on the device", () => closing.state(), saved);
  await closing.page.close();
  await staying.page.bringToFront();
  await staying.editor.shows((text) => text.includes(lost.join("")));
  await staying.editor.toEnd();
  await staying.editor.type(kept.join(""));

  await wire.restore();
  eachOnce(await agreed(ann.api, meeting, staying), [...lost, ...kept]);
});

scene(
  "words of a tab that was closed offline are sent by the next that opens",
  async (stage) => {
    const wire = await stage.wire();
    const ann = await stage.person("Ann", { origin: wire.origin });
    const meeting = await stage.meeting(ann);
    const words = tokens("w", 6);
    const first = await ann.enter(meeting);
    await wire.cut();
    await first.down();
    await first.editor.toEnd();
    await first.editor.type(words.join(""));
    const saved = ({ saved, unsent }) => saved && unsent > 0;
    await until("the words are kept on the device", () => first.state(), saved);
    await first.page.close();

    await wire.restore();
    const next = await ann.enter(meeting);
    eachOnce(await agreed(ann.api, meeting, next), words);
  },
);
