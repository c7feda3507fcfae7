// A room keeps up with its meeting, and asks no more often than it must.
import assert from "node:assert/strict";
import { Room } from "./support/people.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

scene("a room shows that the meeting has started, and who has come", async (stage) => {
  const [hanna, gustav] = await stage.people("Hanna", "Gustav");
  const meeting = await stage.meeting(hanna);
  const hosts = await hanna.enter(meeting);
  // Invited by an address that nobody has signed in with yet.
  const late = "late.guest@example.org";
  await hanna.api.invite(meeting, late);
  await hanna.api.invite(meeting, gustav.email);
  const guests = await gustav.enter(meeting);
  const people = hosts.page.getByTestId("person");
  await hosts.page.getByRole("button", { name: "People" }).first().click();
  await until(
    "the host sees the guest in the note",
    () => people.allInnerTexts(),
    (rows) => rows.some((row) => /Gustav\s+In the note/.test(row)),
  );
  await until(
    "and the other as invited",
    () => people.allInnerTexts(),
    (rows) => rows.some((row) => row.includes(late) && row.includes("Invited")),
  );
  const stranger = await stage.stranger();
  const page = await stranger.open(`/room?id=${meeting}`);
  await page.getByLabel("Your name").fill("Lena Late");
  await page.getByLabel("Email").fill(late);
  await page.getByRole("button", { name: "Sign in" }).click();
  await new Room(page).live();
  await until(
    "who has come is no longer only invited",
    () => people.allInnerTexts(),
    (rows) => rows.some((row) => /Lena Late\s+In the note/.test(row)),
  );

  const state = guests.page.getByTestId("meeting-state");
  assert.equal(await state.innerText(), "Not started");
  await hosts.page.getByRole("button", { name: "Start" }).click();
  const [startMs, endMs] = [1_700_000_000_000, 1_700_000_000_900];
  await hosts.page.locator('[data-testid="meeting-state"][data-state="active"]').waitFor();
  await hanna.api.post(`/v1/meetings/${meeting}/transcript`, {
    chunks: [
      {
        ...{ sourceId: "mic", segmentId: "1", revision: 1, isInterim: true, text: "Good" },
        ...{ startMs, endMs, speaker: { label: "Hanna" } },
      },
    ],
  });
  await until(
    "the guest sees that it has started",
    () => state.innerText(),
    (words) => words === "Live",
  );
});

scene("opening a room reads the meeting, its plan and its people once", async (stage) => {
  const ann = await stage.person("Ann");
  const meeting = await stage.meeting(ann);
  const asked = [];
  ann.context.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/v1/meetings/")) asked.push(pathname);
  });
  const room = await ann.enter(meeting);
  await room.editor.toEnd();
  await room.editor.type("Words.");
  await room.sent();
  assert.deepEqual(asked.sort(), [
    `/v1/meetings/${meeting}`,
    `/v1/meetings/${meeting}/entitlements`,
    `/v1/meetings/${meeting}/participants`,
  ]);
});
