// The people of a room, live: who comes and goes, what they are, who wants to speak.
import assert from "node:assert/strict";
import { accessible } from "./support/axe.mjs";
import { Room } from "./support/people.mjs";
import { show } from "./support/parts.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

/** The row of somebody among the people. */
function row({ page }, name) {
  return page.getByTestId("person").filter({ hasText: name });
}

/** Waits until somebody's row says something. */
function says(room, name, words) {
  return until(
    `${name}'s row says ${words}`,
    () => row(room, name).allInnerTexts(),
    ([text]) => text !== undefined && words.test(text.replace(/\s+/g, " ")),
  );
}

/** Whose hands are up, in order. */
function hands({ page }) {
  return page
    .getByTestId("queued")
    .evaluateAll((rows) =>
      rows.map((row) => row.querySelector(".queued-name").textContent),
    );
}

/** Waits until these hands are up, in this order. */
function line(room, ...names) {
  return until(
    `the line is ${names.join(", ") || "empty"}`,
    () => hands(room),
    (seen) => seen.join() === names.join(),
  );
}

scene("who is invited, comes, and goes is seen by the others at once", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await stage.meeting(ann);
  const room = await ann.enter(meeting);
  await show(room, "People");
  await room.page.getByLabel("Invite by email").fill(ben.email);
  await room.page.getByRole("button", { name: "Invite", exact: true }).click();
  await says(room, ben.email, /Invited/);
  const bens = await ben.enter(meeting);
  await says(room, "Ben", /In the note/);
  await until(
    "two are there",
    () => room.page.getByTestId("people-here").innerText(),
    (words) => words === "2 in the meeting now",
  );

  await show(bens, "People");
  await bens.page.getByRole("button", { name: "Leave the meeting" }).click();
  await bens.page.getByRole("dialog").getByRole("button", { name: "Leave" }).click();
  await bens.page.getByRole("heading", { name: "My meetings" }).waitFor();
  await says(room, "Ben", /Has left/);
  const back = new Room(await ben.open(`/room?id=${meeting}`));
  await back.page.getByText("You have left this meeting.").waitFor();
  await accessible(back.page, "the door of a meeting");
  await back.page.getByRole("button", { name: "Join again" }).click();
  await back.live();
  await says(room, "Ben", /In the note/);
});

scene("hands go up, are called in order, and come down for everybody", async (stage) => {
  const [ann, ben, cleo] = await stage.people("Ann", "Ben", "Cleo");
  const meeting = await stage.meeting(ann, ben, cleo);
  const rooms = await stage.enter(meeting, ann, ben, cleo);
  const [annes, bens, cleos] = rooms;
  for (const room of [bens, cleos]) await show(room, "People");
  const raise = ({ page }) => page.getByRole("button", { name: "Raise my hand" });
  // Nobody waits to speak before there is anything to say.
  assert.equal(await raise(bens).count(), 0);
  await ann.api.post(`/v1/meetings/${meeting}/start`);

  await raise(bens).click();
  await line(cleos, "Ben");
  // The host, who reads the transcript, is told.
  const mark = annes.page.getByTestId("tab-mark").first();
  await mark.waitFor();
  assert.equal(await mark.innerText(), "1");
  await raise(cleos).click();
  await show(annes, "People");
  await line(annes, "Ben", "Cleo");
  await accessible(annes.page, "the people with hands up");
  assert.equal(await bens.page.getByRole("button", { name: "Call the next" }).count(), 0);

  await annes.page.getByRole("button", { name: "Call the next" }).click();
  await annes.page.getByText("Ben has the word.").waitFor();
  await line(annes, "Cleo");
  await line(bens, "Cleo");
  await raise(bens).click();
  await line(cleos, "Cleo (you)", "Ben");
  await annes.page.getByRole("button", { name: "Lower the hand of Cleo" }).click();
  await line(cleos, "Ben");
  await bens.page.getByRole("button", { name: "Lower my hand" }).click();
  for (const room of rooms) await line(room);
});

scene("another role, and another host, hold at once in every open page", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await stage.meeting(ann, ben);
  const [annes, bens] = await stage.enter(meeting, ann, ben);
  await show(annes, "People");
  await show(bens, "People");
  await says(bens, "Ben", /participant/);
  assert.equal(await bens.page.getByRole("button", { name: /^Manage/ }).count(), 0);

  const manage = async (role) => {
    await annes.page.getByRole("button", { name: "Manage Ben" }).click();
    const dialog = annes.page.getByRole("dialog", { name: "Ben" });
    await dialog.getByLabel("Role").selectOption(role);
    await accessible(annes.page, "what somebody is");
    await dialog.getByRole("button", { name: "Save" }).click();
    await dialog.waitFor({ state: "detached" });
  };
  await manage("observer");
  await says(annes, "Ben", /observer/);
  await says(bens, "Ben", /observer/);
  await bens.page.getByTestId("read-only").waitFor();
  await manage("co-host");
  await bens.page.getByLabel("Invite by email").waitFor();
  await bens.page.getByTestId("read-only").waitFor({ state: "detached" });

  await annes.page.getByRole("button", { name: "Manage Ben" }).click();
  await annes.page.getByRole("button", { name: "Make them host…" }).click();
  await annes.page.getByRole("button", { name: "Hand over to Ben" }).click();
  await says(annes, "Ben", / host/);
  await says(bens, "Ann", /co-host/);
  assert.equal(await annes.page.getByRole("button", { name: "Manage Ben" }).count(), 0);
  await bens.page.getByRole("button", { name: "Manage Ann" }).waitFor();
});

scene("who asks to join a public meeting is let in, or not", async (stage) => {
  const [ann, eve, mia] = await stage.people("Ann", "Eve", "Mia");
  const draft = { title: "Open house", isPublic: true, requiresApproval: true };
  const { id } = await ann.api.post("/v1/meetings", draft);
  const room = await ann.enter(id);
  const [eves, mias] = await Promise.all(
    [eve, mia].map(async (person) => new Room(await person.open(`/room?id=${id}`))),
  );
  for (const { page } of [eves, mias]) {
    await page.getByRole("button", { name: "Ask to join" }).click();
    await page.getByText("You have asked to join.", { exact: false }).waitFor();
  }
  const mark = room.page.getByTestId("tab-mark").first();
  await until("both wait", () => mark.allInnerTexts(), ([count]) => count === "2");
  await show(room, "People");
  await row(room, "Asks to be let in").first().waitFor();
  await room.page.getByRole("button", { name: "Let Eve in" }).click();
  // Her page opens by itself.
  await eves.live();
  await says(room, "Eve", /In the note/);
  await room.page.getByRole("button", { name: "Refuse Mia" }).click();
  await until("Mia is gone", () => row(room, "Mia").count(), (count) => count === 0);
});

scene("the people of a meeting fit a phone, and keys reach them", async (stage) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const ann = await stage.person("Ann", phone);
  const name = "Bartholomew Featherstonehaugh of Long Names";
  const ben = await stage.person(name, { email: "bartholomew@example.org" });
  const meeting = await stage.meeting(ann, ben);
  await ann.api.post(`/v1/meetings/${meeting}/start`);
  const [room, bens] = await stage.enter(meeting, ann, ben);
  await show(bens, "People");
  await bens.page.getByRole("button", { name: "Raise my hand" }).focus();
  await bens.page.keyboard.press("Enter");
  await show(room, "People");
  await line(room, name);
  const width = await room.page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `the people are ${width} px wide`);
  const remove = row(room, name).getByRole("button", { name: `Remove ${name}` });
  const box = await remove.boundingBox();
  assert.ok(box && box.x + box.width <= 390, "every control is within reach");
  await accessible(room.page, "the people on a phone");
  await remove.tap();
  await room.page.getByRole("dialog").getByRole("button", { name: "Remove" }).tap();
  await bens.page.getByRole("heading", { name: "You cannot see this meeting" }).waitFor();
  await line(room);
});
