// A meeting from the sign-in page to its end, through the pages alone.
import assert from "node:assert/strict";
import { scene } from "./support/scene.mjs";
import { Room } from "./support/people.mjs";
import { until } from "./support/until.mjs";

async function signIn(page, name, email) {
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Email").fill(email);
  await page.getByRole("button", { name: "Sign in" }).click();
}

scene("sign in, create a meeting, invite by email, start it, end it", async (stage) => {
  const [host, guest] = [await stage.stranger(), await stage.stranger()];
  const page = await host.open("/");
  await page.waitForURL(/\/sign-in/);
  await signIn(page, "Hanna Host", "hanna@example.org");
  await page.getByLabel("New meeting").fill("Planning");
  await page.getByRole("button", { name: "Create" }).click();
  await page.waitForURL(/\/room\?id=/);
  const hosts = new Room(page);
  await hosts.live();

  await page.getByRole("button", { name: "People" }).first().click();
  await page.getByLabel("Invite by email").fill("gustav@example.org");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByText("gustav@example.org is invited as participant.").waitFor();

  // The link leads the guest through the sign-in page and back.
  const room = new URL(page.url());
  const guests = new Room(await guest.open(room.pathname + room.search));
  await signIn(guests.page, "Gustav Guest", "gustav@example.org");
  await guests.live();
  await page.getByRole("button", { name: "Start" }).click();
  await page.locator('[data-testid="meeting-state"][data-state="active"]').waitFor();
  await guests.editor.toEnd();
  await guests.editor.type("Agreed.");
  await hosts.editor.shows("Agreed.");

  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: "End the meeting" }).click();
  await page.locator('[data-testid="meeting-state"][data-state="concluded"]').waitFor();
  const why = guests.page.getByTestId("read-only");
  await why.waitFor();
  await until(
    "the guest reads why",
    () => why.innerText(),
    (text) => /Read-only: the meeting is over/.test(text),
  );
  await guests.editor.toEnd();
  await guests.editor.type(" Too late.");
  assert.equal(await guests.editor.text(), "Agreed.");

  // Its host may still put the note right.
  await hosts.editor.toEnd();
  await hosts.editor.type(" By all.");
  await guests.editor.shows("Agreed. By all.");
});

scene("a meeting of others is not shown, and says so", async (stage) => {
  const [ann, eve] = await stage.people("Ann", "Eve");
  const meeting = await stage.meeting(ann);
  const page = await eve.open(`/room?id=${meeting}`);
  await page.getByRole("heading", { name: "You cannot see this meeting" }).waitFor();
  await page.getByRole("link", { name: "To my meetings" }).click();
  await page.getByText("No meetings yet").waitFor();
});

scene("what a form refuses is said in words for people", async (stage) => {
  const stranger = await stage.stranger();
  const page = await stranger.open("/sign-in");
  await signIn(page, " ", "nora@example.org");
  await page.getByText("Enter your name.").waitFor();
  await signIn(page, "Nora", "nora@example.org");
  await page.getByLabel("New meeting").fill("x".repeat(201));
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("This is too long. Shorten it.").waitFor();
  await page.getByLabel("New meeting").fill("  ");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("Enter a title.").waitFor();
});
