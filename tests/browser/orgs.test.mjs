// Organisations of one's own: being asked in, its members, leaving and closing.
import assert from "node:assert/strict";
import { accessible } from "./support/axe.mjs";
import { scene } from "./support/scene.mjs";

/** An organisation of Ann's, into which Ben was asked. */
async function acme(stage) {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const { id } = await ann.api.post("/v1/orgs", { name: "Acme" });
  await ann.api.post(`/v1/orgs/${id}/members`, { email: ben.email, role: "member" });
  return { ann, ben, id, path: `/org?id=${id}` };
}

scene("somebody makes an organisation and asks another in, who accepts", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const page = await ann.open("/settings");
  await page.getByText("You belong to no organisation yet.").waitFor();
  await page.getByLabel("New organisation").fill("   ");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("Enter a name.").waitFor();
  await page.getByLabel("New organisation").fill("Acme");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Acme" }).click();
  await page.getByText("No invitation waits for an answer.").waitFor();
  await page.getByLabel("Invite by email").fill(ben.email);
  await page.getByLabel("Role").selectOption("administrator");
  await page.keyboard.press("Enter");
  await page.getByText(`${ben.email} is invited as administrator.`).waitFor();
  await page.getByTestId("invitation").getByText(ben.email).waitFor();
  await accessible(page, "an organisation with an invitation");

  const bens = await ben.open("/settings");
  await bens.getByTestId("org-invited").getByText("asks you in as administrator").waitFor();
  await accessible(bens, "the account with an invitation");
  await bens.getByRole("button", { name: "Accept Acme" }).click();
  await bens.getByTestId("org").getByText("administrator").waitFor();
  await page.reload();
  await page.getByTestId("member").filter({ hasText: ben.email }).waitFor();
  await page.getByText("No invitation waits for an answer.").waitFor();
  await page.getByRole("link", { name: "Ben" }).click();
  await page.getByRole("button", { name: "Ask Ben" }).waitFor();
});

scene("an invitation is declined, another is withdrawn", async (stage) => {
  const { ann, ben, id, path } = await acme(stage);
  const bens = await ben.open("/settings");
  await bens.getByRole("button", { name: "Decline Acme" }).click();
  await bens.getByText("You belong to no organisation yet.").waitFor();

  await ann.api.post(`/v1/orgs/${id}/members`, { email: "new+1@example.org", role: "member" });
  const page = await ann.open(path);
  await page.getByRole("button", { name: "Withdraw the invitation of new+1@example.org" }).click();
  await page.getByText("No invitation waits for an answer.").waitFor();
});

scene("a member is made administrator, and another is taken out", async (stage) => {
  const { ann, ben, id, path } = await acme(stage);
  await ben.api.post(`/v1/orgs/${id}/accept`);
  const bens = await ben.open(path);
  const members = bens.getByTestId("member");
  await members.first().waitFor();
  // Who decides nothing is offered nothing.
  assert.equal(await bens.getByRole("button", { name: /^(Make|Remove|Invite|Close)/ }).count(), 0);

  const page = await ann.open(path);
  await page.getByRole("button", { name: "Make administrator: Ben" }).click();
  await page.getByRole("button", { name: "Make member: Ben" }).waitFor();
  await page.getByRole("button", { name: "Close the organisation" }).click();
  const close = page.getByRole("dialog", { name: "Close Acme?" });
  await close.getByRole("button", { name: "Close for good" }).click();
  await close.getByText("take the others out first").waitFor();
  await accessible(page, "a refusal to close");
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Remove Ben" }).click();
  const remove = page.getByRole("dialog", { name: "Remove Ben?" });
  await remove.getByRole("button", { name: "Remove" }).click();
  await remove.waitFor({ state: "detached" });
  await page.getByTestId("member").filter({ hasText: "Ben" }).waitFor({ state: "detached" });
  await bens.reload();
  await bens.getByText("The organisation does not exist", { exact: false }).waitFor();
});

scene("the last administrator cannot step down or leave, but closes it", async (stage) => {
  const { ann, path } = await acme(stage);
  const page = await ann.open(path);
  await page.getByRole("button", { name: "Make member: Ann" }).click();
  await page.getByTestId("member").getByText("keeps one administrator").waitFor();
  await page.getByRole("button", { name: "Leave the organisation" }).click();
  const leave = page.getByRole("dialog", { name: "Leave Acme?" });
  await leave.getByRole("button", { name: "Leave", exact: true }).click();
  await leave.getByText("keeps one administrator").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Close the organisation" }).click();
  await page.getByRole("button", { name: "Close for good" }).click();
  await page.waitForURL(/\/settings/);
  await page.getByText("You belong to no organisation yet.").waitFor();
});

scene("a member leaves by keys alone", async (stage) => {
  const { ben, id, path } = await acme(stage);
  await ben.api.post(`/v1/orgs/${id}/accept`);
  const page = await ben.open(path);
  await page.getByRole("button", { name: "Leave the organisation" }).focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Leave Acme?" });
  await dialog.getByRole("button", { name: "Leave", exact: true }).focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/settings/);
  await page.getByText("You belong to no organisation yet.").waitFor();
});

scene("organisations are accessible in the dark and fit a phone", async (stage) => {
  const viewport = { width: 390, height: 844 };
  const phone = { viewport, hasTouch: true, isMobile: true, colorScheme: "dark" };
  const ann = await stage.person("Ann", phone);
  const name = "A very long name of a very long organisation ".repeat(2).trim();
  const { id } = await ann.api.post("/v1/orgs", { name });
  const email = `${"long".repeat(12)}@example.org`;
  await ann.api.post(`/v1/orgs/${id}/members`, { email, role: "admin" });
  for (const path of ["/settings", `/org?id=${id}`]) {
    const page = await ann.open(path);
    await page.getByText(name).first().waitFor();
    await page.locator(".row-skeleton").first().waitFor({ state: "detached" });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${path} is ${width} px wide`);
    await accessible(page, path);
  }
});
