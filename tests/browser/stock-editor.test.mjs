import assert from "node:assert/strict";
import { agreed } from "./support/agreement.mjs";
import { scene } from "./support/scene.mjs";
import { StockEditor } from "./support/stock.mjs";
import { until } from "./support/until.mjs";

scene("a stock Yjs editor joins: text and presence both ways", async (stage) => {
  const [ann, yuki] = await stage.people("Ann", "Yuki");
  const meeting = await stage.meeting(ann, yuki);
  const room = await ann.enter(meeting);
  await room.editor.toEnd();
  await room.editor.type("Ann wrote this. ");
  await room.sent();

  const stock = new StockEditor(await stage.server, yuki.api, meeting);
  try {
    await stock.ready();
    assert.equal(stock.text.toString(), "Ann wrote this. ");
    stock.text.insert(stock.text.length, "Yuki 🙂 wrote that.");
    await room.editor.shows("Ann wrote this. Yuki 🙂 wrote that.");
    stock.point(4);
    await until(
      "Ann sees Yuki's cursor",
      () => room.editor.peers().allTextContents(),
      (names) => names.includes("Yuki"),
    );
    const avatars = room.page.getByTestId("in-the-note");
    await until(
      "Ann sees who is here",
      () => avatars.innerText(),
      (text) => text.includes("Yuki"),
    );

    await room.editor.toStart();
    await room.editor.type("> ");
    await until(
      "Yuki has Ann's words",
      () => stock.text.toString(),
      (text) => text === "> Ann wrote this. Yuki 🙂 wrote that.",
    );
    await until(
      "Yuki sees Ann's cursor",
      () => stock.others(),
      (others) => others.some(({ name, at }) => name === "Ann" && at === 2),
    );
    stock.text.delete(0, 2);
    await room.editor.shows("Ann wrote this. Yuki 🙂 wrote that.");
    assert.equal(await agreed(ann.api, meeting, room), stock.text.toString());
  } finally {
    stock.close();
  }
  await until(
    "Ann sees that Yuki left",
    () => room.editor.peers().count(),
    (count) => count === 0,
  );
});
