// Asking people to a meeting, and coming into a public one.
import assert from "node:assert/strict";
import { accessible } from "./support/axe.mjs";
import { walkTo } from "./support/keyboard.mjs";
import { fits, PHONE } from "./support/phone.mjs";
import { scene } from "./support/scene.mjs";

scene("an invitation appears by itself, and its answer is seen by who invited", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await ann.api.meeting("Plan");
  const bens = await ben.open("/");
  await bens.getByText("No meetings yet").waitFor();
  const anns = await ann.open(`/meeting?id=${meeting}`);
  await anns.getByLabel("Invite by email").fill(ben.email);
  await anns.getByLabel("Role").selectOption("observer");
  await anns.getByRole("button", { name: "Invite", exact: true }).click();
  await anns.getByText(`${ben.email} is invited as observer.`).waitFor();

  const row = bens.getByTestId("meeting-invitation");
  await row.getByText("invited as observer").waitFor();
  await accessible(bens, "the list with an invitation");
  await row.getByRole("button", { name: "Accept Plan" }).click();
  await row.waitFor({ state: "detached" });
  assert.equal((await ben.api.get(`/v1/meetings/${meeting}`)).status, "accepted");

  // Who thinks again says so on the meeting's own page.
  const page = await ben.open(`/meeting?id=${meeting}`);
  await page.getByRole("button", { name: "Decline Plan" }).click();
  await page.getByText("declined", { exact: true }).waitFor();
  await anns.getByText("Will not come").waitFor();
  await page.getByRole("button", { name: "Accept Plan" }).click();
  await anns.getByText("Will not come").waitFor({ state: "detached" });
});

scene("who declines in the list is asked no more there", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await ann.api.meeting("Plan");
  await ann.api.invite(meeting, ben.email);
  const page = await ben.open("/");
  await page.getByRole("button", { name: "Decline Plan" }).click();
  await page.getByTestId("meeting-invitation").waitFor({ state: "detached" });
  await page.getByTestId("meeting").getByText("declined").waitFor();
  assert.equal((await ben.api.get(`/v1/meetings/${meeting}`)).status, "declined");
});

scene("who asks to join a public meeting waits, is let in, or is not", async (stage) => {
  const [ann, ben, eve] = await stage.people("Ann", "Ben", "Eve");
  const title = `Open door ${ann.api.session.userId.slice(-6)}`;
  const draft = { title, isPublic: true, requiresApproval: true };
  const { id } = await ann.api.post("/v1/meetings", draft);
  const anns = await ann.open(`/meeting?id=${id}`);
  await anns.getByRole("heading", { name: title }).waitFor();

  const list = await ben.open("/public");
  await list.getByLabel("Title").fill(title);
  await list.getByRole("button", { name: `Ask to join: ${title}` }).click();
  await list.getByText("Waiting to be let in").waitFor();
  await accessible(list, "the public meetings");
  const eves = await eve.open(`/meeting?id=${id}`);
  await accessible(eves, "a public meeting");
  await eves.getByRole("button", { name: `Ask to join: ${title}` }).click();
  await eves.getByText("Waiting to be let in").waitFor();

  await anns.getByRole("button", { name: "Let in Ben" }).waitFor();
  await anns.getByRole("button", { name: "Refuse Eve" }).waitFor();
  await accessible(anns, "a meeting with requests");
  await anns.getByRole("button", { name: "Let in Ben" }).click();
  await anns.getByRole("button", { name: "Refuse Eve" }).click();
  await anns.getByTestId("request").first().waitFor({ state: "detached" });
  // Ben's page hears of it.
  await list.getByText("yours").waitFor();
  assert.notEqual((await ben.api.get(`/v1/meetings/${id}`)).role, undefined);
  assert.equal((await eve.api.get(`/v1/meetings/${id}`)).role, undefined);
});

scene("anybody joins a public meeting that asks nobody, on a phone", async (stage) => {
  const ann = await stage.person("Ann");
  const ben = await stage.person("Ben", { ...PHONE, colorScheme: "dark" });
  const title = `Come in ${ann.api.session.userId.slice(-6)}`;
  const { id } = await ann.api.post("/v1/meetings", { title, isPublic: true });
  const page = await ben.open("/public");
  await page.getByLabel("Title").fill(title);
  const row = page.getByTestId("public-meeting").filter({ hasText: title });
  await row.getByRole("link", { name: title }).tap();
  await page.getByRole("button", { name: `Join: ${title}` }).waitFor();
  await fits(page, "a public meeting");
  await page.getByRole("button", { name: `Join: ${title}` }).tap();
  await page.getByRole("link", { name: "Enter the room" }).waitFor();
  await fits(page, "the meeting");
  await accessible(page, "the meeting on a phone");
  assert.equal((await ben.api.get(`/v1/meetings/${id}`)).status, "accepted");
});

scene("who has asked to join takes that back", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const title = `Second thoughts ${ann.api.session.userId.slice(-6)}`;
  const draft = { title, isPublic: true, requiresApproval: true };
  const { id } = await ann.api.post("/v1/meetings", draft);
  const page = await ben.open(`/meeting?id=${id}`);
  const ask = page.getByRole("button", { name: `Ask to join: ${title}` });
  const requests = async () => {
    const { items } = await ann.api.get(`/v1/meetings/${id}/participants`);
    return items.filter(({ status }) => status === "requested").length;
  };
  await ask.click();
  await page.getByText("Waiting to be let in").waitFor();
  assert.equal(await requests(), 1);
  await page.getByRole("button", { name: `Take back: ${title}` }).click();
  await ask.waitFor();
  assert.equal(await requests(), 0);

  const room = await ben.open(`/room?id=${id}`);
  await room.getByRole("button", { name: "Ask to join" }).click();
  await room.getByRole("button", { name: "Take the request back" }).click();
  await room.getByRole("button", { name: "Ask to join" }).waitFor();
  assert.equal(await requests(), 0);
});

scene("an invitation is answered and the list narrowed by keys alone", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  for (const title of ["Budget", "Garden"]) {
    await ann.api.invite(await ann.api.meeting(title), ben.email);
  }
  const page = await ben.open("/");
  await page.getByTestId("meeting-invitation").nth(1).waitFor();
  await walkTo(page, "Accept Budget");
  await page.keyboard.press("Enter");
  await page.getByTestId("meeting-invitation").nth(1).waitFor({ state: "detached" });
  const rows = page.getByTestId("meeting");
  await rows.nth(1).waitFor();
  await walkTo(page, "Title");
  await page.keyboard.type("budg");
  await rows.nth(1).waitFor({ state: "detached" });
  await rows.getByText("Budget").waitFor();
  await walkTo(page, "Budget");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/room\?id=/);
});
