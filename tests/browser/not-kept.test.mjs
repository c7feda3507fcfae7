// A browser that keeps nothing: a full disk, a private window.
import assert from "node:assert/strict";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

/** From `globalThis.full` on the browser's store refuses whatever is put there. */
function fill() {
  const { put } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.put = function (...words) {
    if (globalThis.full) throw new DOMException("full", "QuotaExceededError");
    return put.apply(this, words);
  };
}

scene(
  "whoever writes where nothing is kept is told, and loses nothing by leaving the room",
  async (stage) => {
    const wire = await stage.wire();
    const ann = await stage.person("Ann", { origin: wire.origin });
    const meeting = await stage.meeting(ann);
    await ann.context.addInitScript(fill);
    const room = await ann.enter(meeting);
    const { page } = room;
    await room.kept();
    const warning = page.getByRole("alert").filter({ hasText: "not kept on this device" });
    assert.equal(await warning.count(), 0);

    await wire.cut();
    await room.down();
    await page.evaluate(() => (globalThis.full = true));
    await room.editor.toEnd();
    await room.editor.type("Only in memory.");
    await warning.waitFor();
    const spoken = page.locator(".room-facts").getByRole("status");
    await until(
      "the badge does not promise what is not so",
      () => spoken.innerText(),
      (words) => !/are kept on this device/.test(words),
    );

    // Leaving the page asks; within it nothing is lost.
    const asked = new Promise((resolve) => {
      page.once("dialog", async (dialog) => {
        await dialog.dismiss();
        resolve(dialog.type());
      });
    });
    page.reload().catch(() => undefined);
    assert.equal(await asked, "beforeunload");
    await page.getByRole("link", { name: "Back to my meetings" }).click();
    await page.getByRole("heading", { name: "My meetings" }).waitFor();
    await page.goBack();
    await room.editor.shows("Only in memory.");

    await page.getByRole("link", { name: "Back to my meetings" }).click();
    await page.getByRole("heading", { name: "My meetings" }).waitFor();
    await wire.restore();
    await until(
      "what was left unsent is sent from where one is",
      () => ann.api.note(meeting),
      (text) => text === "Only in memory.",
    );
  },
);
