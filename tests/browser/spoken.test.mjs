// What can be done with a transcript: finding in it, naming its speakers, copying it,
// pausing it, speaking.
import assert from "node:assert/strict";
import { accessible } from "./support/axe.mjs";
import { show } from "./support/parts.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

const START = 1_700_000_000_000;

/** A piece of speech, `at` seconds after the first. */
function chunk(label, at, text, more = {}) {
  const [startMs, endMs] = [START + at * 1000, START + at * 1000 + 900];
  const said = { sourceId: "mic", segmentId: `s${at}`, revision: 1, isInterim: false };
  return { ...said, text, startMs, endMs, speaker: { label }, ...more };
}

/** A meeting of `host` that runs, in which this was said. */
async function spoken(stage, host, guests, ...chunks) {
  const meeting = await stage.meeting(host, ...guests);
  await host.api.post(`/v1/meetings/${meeting}/start`);
  for (let from = 0; from < chunks.length; from += 50) {
    const some = chunks.slice(from, from + 50);
    await host.api.post(`/v1/meetings/${meeting}/transcript`, { chunks: some });
  }
  return meeting;
}

const TALK = [
  chunk("Grace", 0, "The budget is due on Friday."),
  chunk("Linus", 20, "Which budget do you mean?"),
  chunk("Grace", 40, "The one of the next"),
  chunk("Grace", 41, "quarter. A big BUDGET."),
];

/** How far a find is, and the words that are looked at. */
async function found({ page }) {
  const count = await page.getByTestId("find-count").innerText();
  const current = await page.locator("mark[data-current]").allInnerTexts();
  return [count, ...current];
}

function finds(room, ...expected) {
  return until(
    `it finds ${expected.join(": ")}`,
    () => found(room),
    (seen) => seen.join("|") === expected.join("|"),
  );
}

scene("words are found in what was said, one after the other", async (stage) => {
  const ann = await stage.person("Ann");
  const room = await ann.enter(await spoken(stage, ann, [], ...TALK));
  const { page } = room;
  await page.getByTestId("turn").first().waitFor();
  const field = page.getByRole("textbox", { name: "Find in what was said" });
  await field.fill("budget");
  await finds(room, "1 of 3", "budget");
  await page.keyboard.press("Enter");
  await finds(room, "2 of 3", "budget");
  await page.getByRole("button", { name: "Next" }).click();
  await finds(room, "3 of 3", "BUDGET");
  await page.getByRole("button", { name: "Next" }).click();
  await finds(room, "1 of 3", "budget");
  await page.getByRole("button", { name: "Previous" }).click();
  await finds(room, "3 of 3", "BUDGET");
  await accessible(page, "what was found");
  // Over the border of two pieces of speech, whatever the case.
  await field.fill("NEXT quarter");
  await finds(room, "1 of 1", "next", "quarter");
  await field.fill("(.*");
  await finds(room, "0");
  await field.press("Escape");
  assert.equal(await field.inputValue(), "");
  assert.equal(await page.locator("mark").count(), 0);
});

scene("the whole meeting is searched, and what was said long ago is shown", async (stage) => {
  const ann = await stage.person("Ann");
  const long = Array.from({ length: 240 }, (_, n) =>
    chunk(n % 2 ? "Linus" : "Grace", n * 20, n === 7 ? "A walrus was here." : `Word ${n}.`),
  );
  const meeting = await spoken(stage, ann, [], ...long);
  await ann.api.post(`/v1/meetings/${meeting}/messages`, { text: "The walrus again." });
  await until(
    "the server finds both",
    () => ann.api.get(`/v1/search?q=walrus&meetingId=${meeting}`),
    ({ items }) => items.length === 2,
  );
  const room = await ann.enter(meeting);
  const { page } = room;
  await page.getByText("Word 239.").waitFor();
  assert.equal(await page.getByText("A walrus was here.").count(), 0);
  await page.getByRole("textbox", { name: "Find in what was said" }).fill("walrus");
  await finds(room, "0");
  await page.getByRole("button", { name: "Search the whole meeting" }).click();
  const results = page.getByTestId("results");
  await results.getByText("The walrus again.").waitFor();
  await accessible(page, "the results");
  await results.getByRole("button", { name: /walrus was here/ }).click();
  const turn = page.getByText("A walrus was here.");
  await turn.waitFor();
  await until(
    "it is in sight",
    () =>
      turn.evaluate((one) => {
        const { top, bottom } = one.getBoundingClientRect();
        const box = one.closest(".transcript-scroll").getBoundingClientRect();
        return top >= box.top && bottom <= box.bottom;
      }),
    Boolean,
  );
});

/** The names of those who speak, in order. */
function speakers({ page }) {
  return page
    .getByTestId("turn")
    .evaluateAll((turns) => turns.map((turn) => turn.querySelector("strong").textContent));
}

function named(room, ...names) {
  return until(
    `the speakers are ${names.join(", ")}`,
    () => speakers(room),
    (seen) => seen.join() === names.join(),
  );
}

scene("a speaker is given a name, which everybody sees, and it is taken back", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const own = { speaker: { label: "Speaker 2", userId: ben.api.session.userId } };
  const meeting = await spoken(
    stage,
    ann,
    [ben],
    chunk("Speaker 1", 0, "Good morning."),
    chunk("Speaker 1", 30, "Is anybody there?"),
  );
  const [annes, bens] = await stage.enter(meeting, ann, ben);
  await ben.api.post(`/v1/meetings/${meeting}/transcript`, {
    chunks: [chunk("Speaker 2", 60, "I am.", { sourceId: "ben", ...own })],
  });
  for (const room of [annes, bens]) await named(room, "Speaker 1", "Speaker 1", "Speaker 2");

  const rename = async ({ page }, from, to) => {
    await page.getByTestId("turn").filter({ hasText: from }).first().hover();
    await page.getByRole("button", { name: `Rename ${from}` }).first().click();
    const dialog = page.getByRole("dialog", { name: `Who is ${from}?` });
    await accessible(page, "naming a speaker");
    await dialog.getByLabel("Name of the speaker").fill(to);
    await dialog.getByRole("button", { name: "Rename" }).click();
    await dialog.waitFor({ state: "detached" });
  };
  await rename(annes, "Speaker 1", "Grace Hopper");
  for (const room of [annes, bens]) {
    await named(room, "Grace Hopper", "Grace Hopper", "Speaker 2");
  }
  // A participant names themselves, and nobody else.
  assert.equal(await bens.page.getByRole("button", { name: "Rename Grace Hopper" }).count(), 0);
  await rename(bens, "Speaker 2", "Benjamin");
  await named(annes, "Grace Hopper", "Grace Hopper", "Benjamin");
  await annes.page.getByTestId("turn").first().hover();
  await annes.page.getByRole("button", { name: "Rename Grace Hopper" }).first().click();
  await annes.page.getByRole("button", { name: "Take the name back" }).click();
  for (const room of [annes, bens]) await named(room, "Speaker 1", "Speaker 1", "Benjamin");
});

scene("a turn is copied, and all of it", async (stage) => {
  const permissions = ["clipboard-read", "clipboard-write"];
  const ann = await stage.person("Ann", { permissions });
  const room = await ann.enter(await spoken(stage, ann, [], ...TALK));
  const { page } = room;
  const clip = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByTestId("turn").nth(1).hover();
  await page.getByRole("button", { name: "Copy what Linus says" }).click();
  await until("one turn", clip, (text) => text === "Linus: Which budget do you mean?");
  await page.getByRole("button", { name: "Copy all that is here" }).click();
  const all = [
    "Grace: The budget is due on Friday.",
    "Linus: Which budget do you mean?",
    "Grace: The one of the next quarter. A big BUDGET.",
  ].join("\n");
  await until("all of it", clip, (text) => text === all);
});

scene("the host pauses what is taken down; everybody is told", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await spoken(stage, ann, [ben], ...TALK);
  const [annes, bens] = await stage.enter(meeting, ann, ben);
  const pause = annes.page.getByRole("button", { name: "Pause taking down" });
  await pause.click();
  await bens.page.getByText("Nothing is taken down: it is paused.").waitFor();
  assert.equal(await bens.page.getByRole("button", { name: /taking down|Take down/ }).count(), 0);
  await annes.page.getByRole("button", { name: "Take down again" }).click();
  await bens.page.getByTestId("not-taken").waitFor({ state: "detached" });
  await pause.waitFor();
});

/** A browser that hears what the test says, as the Web Speech API gives it. */
function hearing() {
  globalThis.SpeechRecognition = class {
    start() {
      globalThis.hear = (transcript, isFinal) => {
        const result = { isFinal, 0: { transcript, confidence: 0.9 } };
        this.onresult?.({ timeStamp: performance.now(), resultIndex: 0, results: [result] });
      };
    }
    stop() {
      globalThis.hear = undefined;
      this.onend?.();
    }
  };
}

scene("who speaks is written down for the others, until they stop", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await spoken(stage, ann, [ben]);
  await ann.context.addInitScript(hearing);
  const [annes, bens] = await stage.enter(meeting, ann, ben);
  const { page } = annes;
  await page.getByRole("button", { name: "Speak", exact: true }).click();
  await until("it listens", () => page.evaluate(() => Boolean(globalThis.hear)), Boolean);
  await page.evaluate(() => globalThis.hear("Can you hear me", false));
  await bens.page.locator(".interim").getByText("Can you hear me").waitFor();
  await page.evaluate(() => globalThis.hear("Can you hear me?", true));
  await bens.page.locator(".turn-text span:not(.interim)").getByText("Can you hear me?").waitFor();
  assert.deepEqual(await speakers(bens), ["Ann"]);
  await page.getByRole("button", { name: "Speak no longer" }).click();
  await until("it listens no more", () => page.evaluate(() => Boolean(globalThis.hear)), (on) => !on);
});

for (const colorScheme of ["light", "dark"]) {
  scene(`a room full of life is accessible, and fits a phone, ${colorScheme}`, async (stage) => {
    const viewport = { width: 390, height: 844 };
    const phone = { viewport, hasTouch: true, isMobile: true, colorScheme };
    const ann = await stage.person("Ann", phone);
    const wide = await stage.person("Ben", { colorScheme });
    const meeting = await spoken(stage, ann, [wide], ...TALK);
    const path = `/v1/meetings/${meeting}/messages`;
    const { id } = await ann.api.post(path, {
      text: `See https://example.org/${"long".repeat(30)} @Ben`,
      mentions: [],
      attachments: [{ url: "https://example.org/a.pdf", name: "A plan", type: "application/pdf" }],
    });
    await ann.api.post(path, { text: "An answer.", replyToId: id });
    await wide.api.put(`${path}/${id}/reactions/${encodeURIComponent("👍")}`);
    const [room, bens] = await stage.enter(meeting, ann, wide);
    for (const part of ["Transcript", "Chat", "People"]) {
      for (const one of [room, bens]) {
        await show(one, part);
        await accessible(one.page, `${part}, ${colorScheme}`);
      }
      const width = await room.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 390, `${part} is ${width} px wide`);
    }
    await show(room, "Chat");
    await room.page.getByRole("button", { name: "1 answer" }).tap();
    await room.page.getByRole("heading", { name: "Thread" }).waitFor();
    await accessible(room.page, "a thread");
  });
}
