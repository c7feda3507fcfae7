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

scene("a stock editor's person is seen on a phone, in a colour that can be read", async (stage) => {
  const phone = { viewport: { width: 390, height: 844 } };
  const ann = await stage.person("Ann", phone);
  const yuki = await stage.person("Yuki");
  const meeting = await stage.meeting(ann, yuki);
  const room = await ann.enter(meeting);
  await room.editor.toEnd();
  await room.editor.type("Some words.");
  await room.sent();
  const stock = new StockEditor(await stage.server, yuki.api, meeting);
  try {
    await stock.ready();
    const user = { name: "Yuki at the editor", color: "#ffff99" };
    stock.provider.awareness.setLocalStateField("user", user);
    stock.point(4);
    const caret = room.editor.peers().first();
    await caret.waitFor();
    const contrast = (element) =>
      element.evaluate((one) => {
        const [r, g, b] = getComputedStyle(one)
          .backgroundColor.match(/\d+/g)
          .map((part) => part / 255)
          .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
        return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
      });
    assert.ok((await contrast(caret.locator(".peer-name"))) >= 4.5);

    const parts = room.page.getByRole("navigation", { name: "Parts of the room" });
    await parts.getByRole("button", { name: "People" }).click();
    const row = room.page.getByTestId("person").filter({ hasText: user.name });
    await row.getByText("In the note").waitFor();
    assert.ok((await contrast(row.locator(".avatar"))) >= 4.5);
  } finally {
    stock.close();
  }
});
