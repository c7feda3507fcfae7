// People who know each other, ask, and keep each other away.
import assert from "node:assert/strict";
import { accessible } from "./support/axe.mjs";
import { scene } from "./support/scene.mjs";

const id = (person) => person.api.session.userId;

/** Ben has asked Ann for a connection. */
async function asked(stage, options) {
  const ann = await stage.person("Ann", options);
  const ben = await stage.person("Ben");
  const message = "You know what I want to learn.";
  await ben.api.post("/v1/connections", { userId: id(ann), kind: "mentor", message });
  return { ann, ben };
}

/** The one connection that a page shows, in a state. */
const only = (page, state) => page.locator(`[data-testid="connection"][data-state="${state}"]`);

scene("somebody is asked by their link, and accepts; then it is ended", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  await ben.api.put("/v1/me/profile", { bio: "I draw machines.", jobTitle: "Engineer" });
  const page = await ann.open("/settings");
  await page.getByRole("link", { name: "My connections" }).click();
  await page.getByText("There is nobody.").waitFor();
  await page.getByLabel("Link of somebody").fill(`${ann.origin}/connections?ask=${id(ben)}`);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Ben" }).waitFor();
  await page.getByText("I draw machines.").waitFor();
  await page.getByLabel("What it is about").selectOption("They mentor me");
  await page.getByLabel("A word along with it").fill("Teach me.");
  await page.getByRole("button", { name: "Ask Ben" }).click();
  await page.getByText("Ben is asked.").waitFor();
  await only(page, "pending").getByRole("button", { name: "Take back: Ben" }).waitFor();
  await accessible(page, "somebody who is asked");
  await page.getByRole("button", { name: "Ask Ben" }).click();
  await page.getByText("you have asked already").waitFor();

  const bens = await ben.open("/connections?state=pending");
  await bens.getByText("Teach me.").waitFor();
  await bens.getByText("you mentor them").waitFor();
  await bens.getByRole("button", { name: "Accept: Ann" }).focus();
  await bens.keyboard.press("Enter");
  await bens.getByText("There is nobody.").waitFor();
  await bens.getByRole("link", { name: "Connected", exact: true }).click();
  await bens.getByRole("button", { name: "End: Ann" }).click();
  const dialog = bens.getByRole("dialog", { name: "End the connection with Ann?" });
  await dialog.getByRole("button", { name: "End", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  await bens.getByText("There is nobody.").waitFor();
});

scene("what was asked is declined, and accepted after all", async (stage) => {
  const { ann } = await asked(stage);
  const page = await ann.open("/connections");
  await page.getByRole("button", { name: "Decline: Ben" }).click();
  await only(page, "declined").waitFor();
  await page.getByRole("button", { name: "Accept: Ben" }).click();
  await only(page, "accepted").waitFor();
});

scene("whoever is blocked sees nothing of it, until that is lifted", async (stage) => {
  const { ann, ben } = await asked(stage);
  const page = await ann.open("/connections");
  await page.getByRole("button", { name: "Block: Ben" }).click();
  const dialog = page.getByRole("dialog", { name: "Block Ben?" });
  await dialog.getByRole("button", { name: "Block", exact: true }).click();
  await only(page, "blocked").waitFor();
  const bens = await ben.open(`/connections?ask=${id(ann)}`);
  await bens.getByText("The person does not exist", { exact: false }).waitFor();
  await bens.getByText("There is nobody.").waitFor();
  await page.getByRole("link", { name: "Blocked", exact: true }).click();
  await page.getByRole("button", { name: "Unblock: Ben" }).click();
  await page.getByText("There is nobody.").waitFor();
  await bens.reload();
  await bens.getByRole("button", { name: "Block Ann" }).click();
  await bens.getByRole("dialog").getByRole("button", { name: "Block", exact: true }).click();
  await only(bens, "blocked").waitFor();
  assert.match(bens.url(), /state=blocked/);
});

scene("connections are accessible in the dark and fit a phone", async (stage) => {
  const viewport = { width: 390, height: 844 };
  const phone = { viewport, hasTouch: true, isMobile: true, colorScheme: "dark" };
  const { ann, ben } = await asked(stage, phone);
  for (const path of ["/connections", `/connections?ask=${id(ben)}`]) {
    const page = await ann.open(path);
    await page.getByTestId("connection").waitFor();
    await page.locator(".row-skeleton").first().waitFor({ state: "detached" });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${path} is ${width} px wide`);
    await accessible(page, path);
  }
});
