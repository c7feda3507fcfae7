// What is asked for off the line, across a reload of the page.
import assert from "node:assert/strict";
import { show } from "./support/parts.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

/** The texts of the messages that are shown, and whether all are stored. */
function texts({ page }) {
  return page.getByTestId("message").evaluateAll((rows) =>
    rows.map((row) => row.querySelector(".message-text")?.textContent),
  );
}

async function write({ page }, text) {
  await page.getByRole("textbox", { name: "Write a message" }).fill(text);
  await page.keyboard.press("Enter");
}

/** How many calls the device keeps. */
function waiting({ page }) {
  return page.evaluate(async () => {
    const result = (request) =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    let count = 0;
    for (const { name } of await indexedDB.databases()) {
      const database = await result(indexedDB.open(name));
      if (database.objectStoreNames.contains("calls")) {
        const calls = database.transaction("calls").objectStore("calls");
        count += await result(calls.count());
      }
      database.close();
    }
    return count;
  });
}

function keeps(room, count) {
  return until(`the device keeps ${count}`, () => waiting(room), (all) => all === count);
}

/** Somebody on a wire of their own in a meeting with Ben, both in the chat. */
async function offTheLine(stage) {
  const wire = await stage.wire();
  const ann = await stage.person("Ann", { origin: wire.origin });
  const ben = await stage.person("Ben");
  const meeting = await stage.meeting(ben, [ann, "participant"]);
  const rooms = await stage.enter(meeting, ann, ben);
  for (const room of rooms) await show(room, "Chat");
  const [annes, bens] = rooms;
  await write(annes, "Before.");
  await until("Ben reads it", () => texts(bens), (all) => all.join() === "Before.");
  await annes.kept();
  await wire.cut();
  await annes.down();
  return { ann, ben, meeting, wire, annes, bens };
}

scene("what is written off the line is sent after a reload, once and in order", async (stage) => {
  const { ben, meeting, wire, annes, bens } = await offTheLine(stage);
  const words = ["One.", "Two.", "Three."];
  for (const word of words) await write(annes, word);
  await keeps(annes, 3);

  await annes.page.reload();
  await annes.editor.area.waitFor();
  await show(annes, "Chat");
  await until("what waits is shown", () => texts(annes), (all) => all.join() === words.join());
  await write(annes, "Four.");
  await keeps(annes, 4);
  assert.deepEqual(await texts(bens), ["Before."]);

  await wire.restore();
  const all = ["Before.", ...words, "Four."];
  for (const room of [annes, bens]) {
    await until("all of it is there", () => texts(room), (now) => now.join() === all.join());
  }
  await keeps(annes, 0);
  const { items } = await ben.api.get(`/v1/meetings/${meeting}/messages`);
  assert.deepEqual(items.map(({ text }) => text).toReversed(), all);
});

scene("another tab sends what a closed one has left", async (stage) => {
  const { ann, meeting, wire, annes, bens } = await offTheLine(stage);
  const other = await ann.open(`/room?id=${meeting}`);
  await other.getByTestId("connection").waitFor();
  await write(annes, "Left behind.");
  await keeps(annes, 1);
  await annes.page.close();
  await wire.restore();
  await until(
    "Ben reads it",
    () => texts(bens),
    (all) => all.join() === "Before.,Left behind.",
  );
});

scene("what is refused after the reload is told, and forgotten", async (stage) => {
  const { ann, ben, meeting, wire, annes } = await offTheLine(stage);
  await write(annes, "Too late.");
  await keeps(annes, 1);
  await annes.page.reload();
  await annes.editor.area.waitFor();
  const path = `/v1/meetings/${meeting}/participants/${ann.api.session.userId}`;
  await ben.api.patch(path, { role: "observer" });
  await wire.restore();
  const told = annes.page.getByRole("alert").filter({ hasText: "Not sent: “Too late.”" });
  await told.waitFor();
  assert.match(await told.innerText(), /participant/);
  await keeps(annes, 0);
  await told.getByRole("button", { name: "Close" }).click();
  await told.waitFor({ state: "detached" });
  const { items } = await ben.api.get(`/v1/meetings/${meeting}/messages`);
  assert.deepEqual(items.map(({ text }) => text), ["Before."]);
});

scene("what one person wrote is not sent by the next who signs in", async (stage) => {
  const { ann, ben, meeting, wire, annes, bens } = await offTheLine(stage);
  const cleo = await stage.person("Cleo");
  await ben.api.invite(meeting, cleo.email);
  await write(annes, "Ann's own.");
  await keeps(annes, 1);
  const signIn = (session) =>
    annes.page.evaluate((kept) => localStorage.setItem("connvo.session", kept), session);
  await signIn(JSON.stringify(cleo.api.session));
  await wire.restore();
  await annes.page.reload();
  await annes.live();
  await show(annes, "Chat");
  await write(annes, "Cleo's.");
  await until("Ben reads Cleo", () => texts(bens), (all) => all.join() === "Before.,Cleo's.");
  await keeps(annes, 1);
  await signIn(JSON.stringify(ann.api.session));
  await annes.page.reload();
  await until(
    "Ben reads Ann",
    () => texts(bens),
    (all) => all.join() === "Before.,Cleo's.,Ann's own.",
  );
});
