// What people are in a meeting, and what follows from it in their open pages.
import assert from "node:assert/strict";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

async function showPeople({ page }) {
  await page.getByRole("button", { name: "People" }).first().click();
  await page.getByTestId("person").first().waitFor();
}

scene("who may not invite reads why; who was given the right invites", async (stage) => {
  const [ann, pat, ina, olga] = await stage.people("Ann", "Pat", "Ina", "Olga");
  const meeting = await stage.meeting(ann, pat, [olga, "observer"]);
  await ann.api.invite(meeting, ina.email, "participant", { canInvite: true });
  const [pats, inas, olgas] = await stage.enter(meeting, pat, ina, olga);
  for (const [room, role] of [
    [pats, "participant"],
    [olgas, "observer"],
  ]) {
    await showPeople(room);
    const why = room.page.getByTestId("invite-refused");
    await why.waitFor();
    assert.match(await why.innerText(), new RegExp(`needs the role co-host; yours is ${role}`));
    assert.equal(await room.page.getByLabel("Invite by email").count(), 0);
    assert.equal(await room.page.getByRole("button", { name: /^Remove/ }).count(), 0);
  }

  await showPeople(inas);
  const { page } = inas;
  await page.getByLabel("Invite by email").fill("new@example.org");
  // Others' rights are for the host to give.
  assert.equal(await page.getByLabel("record", { exact: true }).count(), 0);
  assert.deepEqual(await page.getByLabel("Role").locator("option").allInnerTexts(), [
    "participant",
    "observer",
  ]);
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByText("new@example.org is invited as participant.").waitFor();
});

scene("a host gives rights with the invitation", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await stage.meeting(ann);
  const room = await ann.enter(meeting);
  await showPeople(room);
  const { page } = room;
  await page.getByLabel("Invite by email").fill(ben.email);
  await page.getByLabel("share the screen").uncheck();
  await page.getByLabel("invite others").check();
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByText(`${ben.email} is invited as participant.`).waitFor();
  const { canShare, canRecord, canInvite } = await ben.api.get(`/v1/meetings/${meeting}`);
  assert.deepEqual({ canShare, canRecord, canInvite }, {
    canShare: false,
    canRecord: false,
    canInvite: true,
  });
  await page.getByText("may invite, may not share the screen").waitFor();
});

scene("whoever is removed loses the open room at once", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await stage.meeting(ann, ben);
  const [annes, bens] = await stage.enter(meeting, ann, ben);
  await bens.editor.toEnd();
  await bens.editor.type("Here I was.");
  await annes.editor.shows("Here I was.");
  await showPeople(annes);
  await annes.page.getByRole("button", { name: "Remove Ben" }).click();
  await annes.page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await bens.page.getByRole("heading", { name: "You cannot see this meeting" }).waitFor();
  await until(
    "Ben is no longer among the people",
    () => annes.page.getByTestId("person").allInnerTexts(),
    (rows) => !rows.some((row) => row.includes("Ben")),
  );
});

scene("a participant leaves, and may come back when invited again", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await stage.meeting(ann, ben);
  const [annes, bens] = await stage.enter(meeting, ann, ben);
  await showPeople(annes);
  await showPeople(bens);
  await bens.page.getByRole("button", { name: "Leave the meeting" }).click();
  await bens.page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await bens.page.getByRole("heading", { name: "My meetings" }).waitFor();
  const { status } = await ben.api.get(`/v1/meetings/${meeting}`);
  assert.equal(status, "left");
  await ann.api.invite(meeting, ben.email);
  await ben.enter(meeting);

  // A host who leaves is followed by somebody who stays.
  await annes.page.getByRole("button", { name: "Leave the meeting" }).click();
  const question = annes.page.getByRole("dialog");
  await question.getByText("Somebody else becomes its host.", { exact: false }).waitFor();
  await question.getByRole("button", { name: "Leave" }).click();
  await annes.page.getByRole("heading", { name: "My meetings" }).waitFor();
  assert.equal((await ben.api.get(`/v1/meetings/${meeting}`)).role, "host");
});

scene("a public meeting tells a stranger its name, and that they are no member", async (stage) => {
  const [ann, eve] = await stage.people("Ann", "Eve");
  const draft = { title: "Open house", isPublic: true };
  const { id } = await ann.api.post("/v1/meetings", draft);
  const page = await eve.open(`/room?id=${id}`);
  await page.getByRole("heading", { name: "Open house" }).waitFor();
  await page.getByText("you are not a member of it").waitFor();
});

scene("a session that is ended elsewhere ends in every open page at once", async (stage) => {
  const ann = await stage.person("Ann");
  const room = await ann.enter(await stage.meeting(ann));
  const account = await ann.open("/settings");
  await account.getByTestId("plan").waitFor();
  await ann.api.post("/v1/me/sign-out");
  await room.page.waitForURL(/\/sign-in/);
  await account.waitForURL(/\/sign-in/);
});
