// What is left of a meeting that has ended, and finding it again.
import assert from "node:assert/strict";
import { accessible } from "./support/axe.mjs";
import { walkTo } from "./support/keyboard.mjs";
import { fits, PHONE } from "./support/phone.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

const SAID = [
  ["Grace", "Good morning. The remote control shall cost twelve euros."],
  ["Linus", "Batteries are what people complain about most of all."],
  ["Grace", "Then we take a solar panel, and no batteries whatsoever."],
];
const NOTE = "# Decisions\n\n- A **solar** panel\n";

/** A meeting that has ended, with a transcript, a note and a chat. */
async function held(host, more = 0) {
  const api = host.api;
  const meeting = await api.meeting("Remote control");
  await api.post(`/v1/meetings/${meeting}/start`);
  const begun = Date.now();
  const lines = [
    ...SAID,
    ...Array.from({ length: more }, (_, at) => ["Grace", `Point number ${at}.`]),
  ];
  const chunks = lines.map(([label, text], at) => ({
    sourceId: label,
    segmentId: String(at),
    revision: 1,
    isInterim: false,
    text,
    startMs: begun + at * 20_000,
    endMs: begun + at * 20_000 + 4_000,
    speaker: { label },
  }));
  for (let at = 0; at < chunks.length; at += 50) {
    const part = chunks.slice(at, at + 50);
    await api.post(`/v1/meetings/${meeting}/transcript`, { chunks: part });
  }
  await api.post(`/v1/meetings/${meeting}/notes/ops`, {
    baseVersion: 0,
    clientId: "a",
    clientSeq: 1,
    operation: [{ insert: NOTE }],
  });
  await api.post(`/v1/meetings/${meeting}/messages`, { text: "See you in spring." });
  await api.put(`/v1/meetings/${meeting}/transcript/speakers/Linus`, { name: "Linus B." });
  await api.post(`/v1/meetings/${meeting}/end`);
  return meeting;
}

/** Waits until the server has put together what was said, and finds it. */
function findable(api, meeting, q) {
  return until(
    `${q} is found`,
    () => api.get(`/v1/search?meetingId=${meeting}&q=${q}`),
    ({ items }) => items.length > 0,
  );
}

/** What a click lets the browser save: its name and text. */
async function saved(page, name) {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name, exact: true }).click();
  const file = await download;
  let text = "";
  for await (const part of await file.createReadStream()) text += part;
  return [file.suggestedFilename(), text];
}

for (const colorScheme of ["light", "dark"]) {
  scene(`a meeting that has ended is read, and had as files, ${colorScheme}`, async (stage) => {
    const ann = await stage.person("Ann", { colorScheme });
    const meeting = await held(ann);
    await findable(ann.api, meeting, "batteries");
    const home = await ann.open("/");
    await home.getByRole("link", { name: "Remote control", exact: true }).click();
    const page = home;
    await page.getByRole("heading", { name: "Remote control" }).waitFor();
    const said = page.getByTestId("said");
    await said.nth(2).waitFor();
    assert.match(await said.nth(1).innerText(), /Linus B\.\s+0:\d\d\s+Batteries/);
    await page.getByText("See you in spring.").waitFor();
    const [began, over] = [page.getByTestId("said-of-it").last(), page.getByTestId("said-of-it").first()];
    assert.match(await began.innerText(), /Ann (started|ended) the meeting/);
    assert.notEqual(await began.innerText(), await over.innerText());
    await page.getByTestId("note-text").getByText("solar").waitFor();
    await page.getByTestId("heard").filter({ hasText: "Linus B." }).getByText("spoke 0:04").waitFor();
    const moments = page.getByTestId("moment");
    await moments.filter({ hasText: "Grace" }).getByText("Positive").waitFor();
    await moments.filter({ hasText: "Linus B." }).getByText("Negative").waitFor();
    await accessible(page, "a meeting that has ended");

    for (const [name, ending, mark] of [
      ["Text", "txt", /solar panel/],
      ["WebVTT", "vtt", /^WEBVTT/],
      ["SubRip", "srt", /^1\r?\n\d\d:\d\d/],
      ["JSON", "json", /solar panel/],
      ["Markdown", "md", /^# Decisions/],
    ]) {
      const [file, text] = await saved(page, name);
      assert.equal(file, `Remote-control.${ending}`);
      assert.match(text, mark);
    }
    await page.getByRole("button", { name: "History" }).click();
    await page.getByTestId("diff").getByText("Decisions").waitFor();
  });
}

scene("the transcript is searched, read on from a find, and copied", async (stage) => {
  const ann = await stage.person("Ann");
  await ann.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const meeting = await held(ann, 120);
  await findable(ann.api, meeting, "119");
  const page = await ann.open(`/meeting?id=${meeting}`);
  const said = page.getByTestId("said");
  await until("a page", () => said.count(), (turns) => turns === 100);
  await page.getByLabel("Find in this meeting").fill("batteries");
  const found = page.getByTestId("found");
  await found.locator("mark", { hasText: "atteries" }).first().waitFor();
  await said.locator("mark", { hasText: "batteries" }).first().waitFor();
  await accessible(page, "the transcript with what was found");

  await page.getByLabel("Find in this meeting").fill("119");
  await found.filter({ hasText: "Point number 119." }).first().waitFor();
  await found.first().getByRole("button", { name: /^At / }).click();
  await said.filter({ hasText: "Point number 119." }).waitFor();
  await until("from there on", () => said.count(), (turns) => turns < 20);
  await page.getByRole("button", { name: "From the beginning" }).click();
  await said.filter({ hasText: "twelve euros" }).waitFor();
  await page.getByRole("button", { name: "Show more of what was said" }).click();
  await until("all of it", () => said.count(), (turns) => turns === 123);
  await page.getByRole("button", { name: "Copy what is shown" }).click();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(text, /^Grace \(0:\d\d\): Good morning\./);
  assert.equal(text.split("\n\n").length, 123);

  await page.getByLabel("Find in this meeting").fill("point");
  await until("the best of them", () => found.count(), (rows) => rows === 20);
  await page.getByRole("button", { name: "Show more", exact: true }).first().click();
  await until("more of them", () => found.count(), (rows) => rows === 40);

  await page.getByLabel("Find in this meeting").fill("spring");
  await page.getByRole("link", { name: "In the chat" }).waitFor();
  await page.getByLabel("Find in this meeting").fill("xylophone");
  await page.getByText("Nothing was found.").waitFor();
  await page.getByLabel("Find in this meeting").fill("-only");
  await page.locator(".found-here").getByRole("alert").waitFor();
  assert.equal(await found.count(), 0);
});

scene("one search goes over all my meetings, and leads into them", async (stage) => {
  const [ann, eve] = await stage.people("Ann", "Eve");
  const meeting = await held(ann);
  await findable(ann.api, meeting, "spring");
  await findable(ann.api, meeting, "batteries");
  await findable(ann.api, meeting, "decisions");
  const page = await ann.open("/");
  await page.getByRole("link", { name: "Search", exact: true }).click();
  const box = page.getByLabel("In transcripts, notes and chats");
  await box.fill("batteries");
  const found = page.getByTestId("found");
  await found.filter({ hasText: "Remote control" }).locator("mark").first().waitFor();
  await accessible(page, "what a search has found");
  await page.waitForURL(/\?q=batteries$/);
  await box.fill("spring");
  await page.locator('[data-source="message"]').locator("mark", { hasText: "spring" }).waitFor();
  await box.fill("decisions");
  await page.locator('[data-source="note"]').first().waitFor();
  await box.fill('"solar panel"');
  await page.waitForURL(/solar/);
  const segment = page.locator('[data-source="segment"]').filter({ hasText: "solar" });
  await segment.first().getByRole("link", { name: "Remote control" }).click();
  await page.waitForURL(/\/meeting\?id=.*&at=\d+/);
  await page.getByTestId("said").filter({ hasText: "solar panel" }).waitFor();
  await page.goBack();
  assert.equal(await box.inputValue(), '"solar panel"');

  // Nobody finds what they may not read.
  const eves = await eve.open("/search?q=batteries");
  await eves.getByText("Nothing was found.").waitFor();
  await box.fill("  ");
  await page.getByText("What do you look for?").waitFor();
});

scene("the room that has ended leads to what is left of it", async (stage) => {
  const ann = await stage.person("Ann");
  const meeting = await stage.meeting(ann);
  await ann.api.post(`/v1/meetings/${meeting}/start`);
  const { page } = await ann.enter(meeting);
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: "End the meeting" }).click();
  await page.getByRole("link", { name: "Look back" }).click();
  await page.waitForURL(/\/meeting\?id=/);
  await page.getByText("No transcript").waitFor();
  await accessible(page, "a meeting in which nothing was said");
});

scene("a meeting that has ended and the search fit a phone", async (stage) => {
  const ann = await stage.person("Ann", { ...PHONE, colorScheme: "dark" });
  const meeting = await held(ann);
  await findable(ann.api, meeting, "batteries");
  const page = await ann.open(`/meeting?id=${meeting}`);
  await page.getByTestId("said").first().waitFor();
  await page.getByTestId("moment").first().waitFor();
  await page.getByTestId("note-text").waitFor();
  await page.getByLabel("Find in this meeting").fill("batteries");
  await page.getByTestId("found").first().waitFor();
  await fits(page, "what is left of a meeting");
  await accessible(page, "what is left of a meeting, on a phone");
  await page.goto(`${ann.origin}/search?q=batteries`);
  await page.getByTestId("found").first().waitFor();
  await fits(page, "the search");
  await accessible(page, "the search on a phone");
});

scene("what is left of a meeting is searched, read and saved by keys alone", async (stage) => {
  const ann = await stage.person("Ann");
  await ann.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const meeting = await held(ann);
  await findable(ann.api, meeting, "batteries");
  const page = await ann.open(`/meeting?id=${meeting}`);
  await page.getByTestId("said").nth(2).waitFor();
  await walkTo(page, "Find in this meeting");
  await page.keyboard.type("batteries");
  const found = page.getByTestId("found");
  await found.locator("mark").first().waitFor();
  const first = found.first().getByRole("button", { name: /^At / });
  await walkTo(page, await first.evaluate((at) => at.ariaLabel ?? at.textContent));
  await page.keyboard.press("Enter");
  await page.waitForURL(/&at=\d+/);
  await walkTo(page, "Copy what is shown", "Shift+Tab");
  await page.keyboard.press("Enter");
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await until("it is copied", copied, (text) => text.includes("atteries"));
  await walkTo(page, "WebVTT");
  const download = page.waitForEvent("download");
  await page.keyboard.press("Enter");
  assert.equal((await download).suggestedFilename(), "Remote-control.vtt");
});
