// One's own account: taking the data along, and having it deleted.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { accessible } from "./support/axe.mjs";
import { scene } from "./support/scene.mjs";

async function downloaded(page, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  const text = await readFile(await download.path(), "utf8");
  return { name: download.suggestedFilename(), text };
}

scene("somebody takes their data along, then deletes the account with a receipt", async (stage) => {
  const ann = await stage.person("Ann");
  const page = await ann.open("/settings");
  const button = (name) => page.getByRole("button", { name, exact: true });
  const data = await downloaded(page, () => button("Download my data").click());
  assert.equal(data.name, "connvo.ndjson");
  const lines = data.text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(lines.at(-1).type, "end");
  assert.ok(data.text.includes(ann.email));

  await button("Delete my account").click();
  const dialog = page.getByRole("dialog", { name: "Delete your account?" });
  const receipt = await downloaded(page, () =>
    dialog.getByRole("button", { name: "Delete my account" }).click(),
  );
  assert.equal(receipt.name, "connvo-receipt.json");
  JSON.parse(receipt.text);
  await page.waitForURL(/\/sign-in/);
  await assert.rejects(ann.api.get("/v1/me"), /401/);
});

scene("a link to one's calendar is made, shown once, and taken back", async (stage) => {
  const ann = await stage.person("Ann");
  await ann.api.post("/v1/meetings", { title: "Planning", scheduledAt: Date.now() });
  const page = await ann.open("/settings");
  const card = page.getByRole("region", { name: "Calendar link" });
  await card.getByRole("button", { name: "Make a link" }).click();
  const shown = card.getByRole("textbox", { name: "The link, shown this once" });
  const link = await shown.inputValue();
  await accessible(page, "the account");
  const calendar = await fetch(link);
  assert.match(await calendar.text(), /SUMMARY:Planning/);
  await page.reload();
  await card.getByText("There is a link since").waitFor();
  assert.equal(await shown.count(), 0);
  await card.getByRole("button", { name: "Take it back" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take it back" }).click();
  await card.getByText("There is a link since").waitFor({ state: "detached" });
  assert.equal((await fetch(link)).status, 404);
});
