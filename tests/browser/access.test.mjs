// Whoever cannot see it well, holds a phone, or has no mouse.
import assert from "node:assert/strict";
import { accessible } from "./support/axe.mjs";
import { Room } from "./support/people.mjs";
import { scene } from "./support/scene.mjs";

/** A meeting in which something was written and said. */
async function lively(stage, host) {
  const meeting = await stage.meeting(host);
  const speaker = { label: "Grace" };
  const said = { sourceId: "mic", revision: 1, speaker, startMs: 1_000, endMs: 2_000 };
  const operation = [
    {
      insert:
        "# Plan\n\nSome **bold** words, `code` and a [link](https://example.org).\n\n- [ ] one\n> two",
    },
  ];
  await host.api.post(`/v1/meetings/${meeting}/start`);
  await host.api.post(`/v1/meetings/${meeting}/notes/ops`, {
    baseVersion: 0,
    clientId: "a",
    clientSeq: 1,
    operation,
  });
  await host.api.post(`/v1/meetings/${meeting}/transcript`, {
    chunks: [
      { ...said, segmentId: "1", isInterim: false, text: "Good morning." },
      { ...said, segmentId: "2", isInterim: true, text: "Shall w" },
    ],
  });
  return meeting;
}

for (const colorScheme of ["light", "dark"]) {
  scene(`axe finds nothing on any page, ${colorScheme}`, async (stage) => {
    const stranger = await stage.stranger({ colorScheme });
    const signIn = await stranger.open("/sign-in");
    await signIn.getByLabel("Email").waitFor();
    await accessible(signIn, "the sign-in page");

    const ann = await stage.person("Ann", { colorScheme });
    const meeting = await lively(stage, ann);
    const home = await ann.open("/");
    await home.getByTestId("meeting").waitFor();
    await accessible(home, "the list of meetings");

    const ben = await stage.person("Ben");
    await ann.api.invite(meeting, ben.email);
    const [room, other] = await stage.enter(meeting, ann, ben);
    await other.editor.toEnd();
    await other.editor.type(" Ben");
    await room.editor.peers().first().waitFor();
    await accessible(room.page, "the room");
    await room.page.getByRole("button", { name: "People" }).first().click();
    await room.page.getByLabel("Invite by email").waitFor();
    await accessible(room.page, "the room's people");
    await room.page.getByRole("button", { name: "History" }).click();
    await room.page.getByTestId("diff").waitFor();
    await accessible(room.page, "the history");
  });
}

scene("nothing scrolls sideways on a phone", async (stage) => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  const narrow = async (page, what) => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${what} is ${width} px wide`);
  };
  const stranger = await stage.stranger(phone);
  const signIn = await stranger.open("/sign-in");
  await signIn.getByLabel("Email").waitFor();
  await narrow(signIn, "the sign-in page");

  const ann = await stage.person("Ann", phone);
  const meeting = await lively(stage, ann);
  const home = await ann.open("/");
  await home.getByTestId("meeting").waitFor();
  await narrow(home, "the list of meetings");

  const room = await ann.enter(meeting);
  await room.editor.toEnd();
  await room.editor.type(` ${"long".repeat(40)}`);
  await room.sent();
  await narrow(room.page, "the note");
  const parts = room.page.getByRole("navigation", { name: "Parts of the room" });
  await parts.getByRole("button", { name: "Transcript" }).tap();
  await room.page.getByTestId("turn").first().waitFor();
  await narrow(room.page, "the transcript");
  await parts.getByRole("button", { name: "People" }).tap();
  await room.page.getByLabel("Invite by email").waitFor();
  await narrow(room.page, "the people");
  await parts.getByRole("button", { name: "Note" }).tap();
  await room.page.getByRole("button", { name: "History" }).tap();
  await room.page.getByTestId("diff").waitFor();
  await narrow(room.page, "the history");
});

scene("keys alone: sign in, create a meeting, open it, write", async (stage) => {
  const stranger = await stage.stranger();
  const page = await stranger.open("/");
  const { keyboard } = page;
  const focused = () =>
    page.evaluate(() => {
      const { activeElement: at } = document;
      return (
        at?.getAttribute("aria-label") ?? at?.labels?.[0]?.textContent ?? at?.textContent
      );
    });
  /** Tabs on until something of that name has the focus. */
  const walkTo = async (name) => {
    for (let steps = 0; steps < 60; steps++) {
      if ((await focused()) === name) return;
      await keyboard.press("Tab");
    }
    assert.fail(`Tab leads to ${name}, not to ${await focused()}`);
  };

  await page.getByLabel("Your name").waitFor();
  await walkTo("Your name");
  await keyboard.type("Kim Keys");
  await walkTo("Email");
  await keyboard.type("kim@example.org");
  await keyboard.press("Enter");

  await page.getByLabel("New meeting").waitFor();
  await walkTo("New meeting");
  await keyboard.type("By hand");
  await keyboard.press("Enter");
  const created = new Room(page);
  await created.live();
  await walkTo("Back to my meetings");
  await keyboard.press("Enter");
  await page.getByTestId("meeting").waitFor();
  await walkTo("By hand");
  await keyboard.press("Enter");
  const room = new Room(page);
  await room.live();
  await walkTo("Meeting note");
  await keyboard.type("No mouse.");
  await room.editor.shows("No mouse.");
  await room.sent();
});

scene("a dialog gives the focus back to what opened it", async (stage) => {
  const ann = await stage.person("Ann");
  const { page } = await ann.enter(await lively(stage, ann));
  for (const [name, title] of [
    ["History", "Note history"],
    ["End", "End the meeting?"],
  ]) {
    const button = page.getByRole("button", { name, exact: true });
    await button.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: title });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    const focused = await button.evaluate((one) => one === document.activeElement);
    assert.ok(focused, `${name} has the focus again`);
  }
});
