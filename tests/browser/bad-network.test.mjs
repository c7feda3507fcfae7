// A network that takes everything and answers nothing, and a page without any.
import assert from "node:assert/strict";
import { agreed } from "./support/agreement.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

/** How soon a page that was seen before must be there, in milliseconds. */
const SOON_MS = 12_000;

scene("a room that was seen before opens while nothing answers", async (stage) => {
  const wire = await stage.wire();
  const ann = await stage.person("Ann", { origin: wire.origin });
  const meeting = await stage.meeting(ann);
  const room = await ann.enter(meeting);
  await room.editor.toEnd();
  await room.editor.type("Kept here.");
  await room.sent();
  await room.kept();
  await until("it is on the device", () => room.state(), ({ saved }) => saved);

  wire.swallow();
  await room.page.reload({ waitUntil: "commit" });
  await room.editor.area.waitFor({ timeout: SOON_MS });
  await room.editor.shows("Kept here.");
  await room.page.getByTestId("person").first().waitFor({ state: "attached" });
  await room.editor.toEnd();
  await room.editor.type(" And more.");

  await wire.restore();
  assert.equal(await agreed(ann.api, meeting, room), "Kept here. And more.");
});

scene("the list of meetings is there without a network, and says so", async (stage) => {
  const wire = await stage.wire();
  const ann = await stage.person("Ann", { origin: wire.origin });
  await ann.api.meeting("Budget");
  const page = await ann.open("/");
  await page.getByText("Budget").waitFor();
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });

  await wire.cut();
  await page.reload();
  await page.getByText("Budget").waitFor();
  const notice = page.getByRole("status").filter({ hasText: "You are offline" });
  await notice.waitFor();
  await page.getByLabel("New meeting").fill("Another");
  await page.getByRole("button", { name: "Create" }).click();
  const alert = page.getByRole("alert").filter({ hasText: "cannot be reached" });
  await alert.waitFor();
  assert.doesNotMatch(await page.locator("main").innerText(), /TypeError|Failed to fetch/);

  await wire.restore();
  await page.reload();
  await page.getByText("Budget").waitFor();
  await notice.waitFor({ state: "detached" });
});
