// One's own account: taking the data along, and having it deleted.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
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
