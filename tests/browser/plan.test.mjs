// What the plan gives, in an open room: changes arrive without a reload.
import assert from "node:assert/strict";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

/** A meeting of an organisation, whose host is in its room with the people shown. */
async function room(stage) {
  const ann = await stage.person("Ann");
  const org = await ann.api.post("/v1/orgs", { name: "Acme" });
  const meeting = await stage.meeting(ann);
  const { page } = await ann.enter(meeting);
  await page.getByRole("button", { name: "People" }).first().click();
  return { ann, page, meeting, org: org.id, admin: await stage.admin() };
}

/** Sets a feature or limit of an organisation, as its operators do. */
function set({ admin, org }, key, value) {
  const path = `/v1/admin/orgs/${org}/entitlements/${key}`;
  return admin.api.put(path, { value, reason: "a test" });
}

scene("a smaller plan closes the invitation at once, and says why", async (stage) => {
  const here = await room(stage);
  const { page } = here;
  const invite = page.getByRole("button", { name: "Invite", exact: true });
  const why = page.getByTestId("invite-refused");
  await page.getByLabel("Invite by email").fill("more@example.org");
  await until("inviting is offered", () => invite.isEnabled(), Boolean);
  assert.equal(await why.count(), 0);

  await set(here, "participants", 1);
  await why.waitFor();
  assert.match(await why.innerText(), /the plan free allows no more than 1 members/);
  assert.equal(await invite.isDisabled(), true);
  // The text that was typed is still there: nothing was loaded again.
  assert.equal(await page.getByLabel("Invite by email").inputValue(), "more@example.org");

  await set(here, "participants", 2);
  await why.waitFor({ state: "detached" });
  await invite.click();
  await page.getByText("more@example.org is invited as participant.").waitFor();
  await why.waitFor();
  // Whoever counts already may still be made something else.
  await page.getByLabel("Invite by email").fill("more@example.org");
  await page.getByLabel("Role").selectOption("observer");
  await invite.click();
  await page.getByText("more@example.org is invited as observer.").waitFor();
});

scene("a plan without transcription says so in the open room", async (stage) => {
  const here = await room(stage);
  const { ann, page, meeting } = here;
  await ann.api.post(`/v1/meetings/${meeting}/start`);
  await page.getByRole("button", { name: "Transcript" }).first().click();
  const why = page.getByTestId("not-taken");
  assert.equal(await why.count(), 0);
  await set(here, "transcription", false);
  await why.waitFor();
  assert.match(await why.innerText(), /Nothing is taken down: the plan free/);
  await set(here, "transcription", true);
  await why.waitFor({ state: "detached" });
});

scene("a guest of no organisation sees the meeting's plan change too", async (stage) => {
  const here = await room(stage);
  const { ann, meeting } = here;
  await ann.api.post(`/v1/meetings/${meeting}/start`);
  const gus = await stage.person("Gus");
  await ann.api.invite(meeting, gus.email);
  const { page } = await gus.enter(meeting);
  await page.getByRole("button", { name: "Transcript" }).first().click();
  const why = page.getByTestId("not-taken");
  assert.equal(await why.count(), 0);
  await set(here, "transcription", false);
  await why.waitFor();
  await set(here, "transcription", true);
  await why.waitFor({ state: "detached" });
});

scene("one's own plan stands on the account page, and changes while it is open", async (stage) => {
  const ann = await stage.person("Ann");
  const org = (await ann.api.post("/v1/orgs", { name: "Acme" })).id;
  const page = await ann.open("/settings");
  const plan = page.getByTestId("plan");
  const recording = plan.locator('[data-feature="recording"]');
  await until(
    "recording is not in the free plan",
    () => recording.innerText(),
    (text) => text.includes("Not in the plan free"),
  );
  assert.match(await plan.locator('[data-limit="participants"]').innerText(), /6/);
  const admin = await stage.admin();
  await set({ admin, org }, "recording", true);
  await until(
    "recording is included now",
    () => recording.innerText(),
    (text) => text.includes("Included"),
  );
});
