import assert from "node:assert/strict";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

const START = 1_700_000_000_000;

/** A piece of speech: `at` and its length in seconds. */
function chunk(label, segmentId, text, at, more = {}) {
  const [startMs, endMs] = [START + at * 1000, START + at * 1000 + 900];
  const speaker = { label };
  return {
    sourceId: "mic",
    segmentId,
    revision: 1,
    isInterim: false,
    text,
    startMs,
    endMs,
    speaker,
    ...more,
  };
}

/** What the panel shows: speaker, words, and which of them are not final. */
function turns(room) {
  return room.page.getByTestId("turn").evaluateAll((turns) =>
    turns.map((turn) => ({
      speaker: turn.querySelector("strong").textContent,
      text: turn.querySelector(".turn-text").textContent.trim().replace(/\s+/g, " "),
      interim: [...turn.querySelectorAll(".interim")].map((part) =>
        part.textContent.trim(),
      ),
    })),
  );
}

scene(
  "what is said arrives live with its speakers; the final word replaces the interim one",
  async (stage) => {
    const [ann, ben] = await stage.people("Ann", "Ben");
    const meeting = await stage.meeting(ann, [ben, "observer"]);
    await ann.api.post(`/v1/meetings/${meeting}/start`);
    const room = await ben.enter(meeting);
    await room.page.getByText("Nobody has spoken yet").waitFor();
    const say = (...chunks) =>
      ann.api.post(`/v1/meetings/${meeting}/transcript`, { chunks });
    const shows = (expected) =>
      until(
        "the transcript shows",
        () => turns(room),
        (seen) => JSON.stringify(seen) === JSON.stringify(expected),
      );

    await say(chunk("Grace", "1", "Good mor", 0, { isInterim: true }));
    await shows([{ speaker: "Grace", text: "Good mor", interim: ["Good mor"] }]);
    await say(chunk("Grace", "1", "Good morning.", 0, { revision: 2 }));
    await shows([{ speaker: "Grace", text: "Good morning.", interim: [] }]);
    await say(chunk("Linus", "2", "Hello Grace.", 1), chunk("Linus", "3", "Shall we?", 2));
    await shows([
      { speaker: "Grace", text: "Good morning.", interim: [] },
      { speaker: "Linus", text: "Hello Grace. Shall we?", interim: [] },
    ]);

    const late = await ann.enter(meeting);
    await until(
      "whoever comes later reads it too",
      () => turns(late),
      (seen) => seen.length === 2,
    );
    const { items } = await ben.api.get(`/v1/meetings/${meeting}/transcript`);
    assert.deepEqual(
      items.map(({ text }) => text),
      ["Good morning.", "Hello Grace.", "Shall we?"],
    );
  },
);

const VOICES = ["Grace", "Linus", "Ada"];

/** A long talk: `count` chunks of three voices, of unequal lengths, from `from` on. */
function talk(from, count) {
  return Array.from({ length: count }, (_, at) => {
    const n = from + at;
    const text = `Number ${n}. ${"As people say at some length. ".repeat(1 + (n % 6))}`;
    return chunk(VOICES[n % 3], `s${n}`, text.trim(), n);
  });
}

/** How far the reader is from the end, in CSS pixels. */
function fromEnd(room) {
  return room.page
    .getByTestId("transcript")
    .evaluate((box) => Math.round(box.scrollHeight - box.scrollTop - box.clientHeight));
}

scene("the transcript opens at its end and stays there; a reader is let be", async (stage) => {
  const ann = await stage.person("Ann");
  const meeting = await stage.meeting(ann);
  await ann.api.post(`/v1/meetings/${meeting}/start`);
  const say = (...chunks) =>
    ann.api.post(`/v1/meetings/${meeting}/transcript`, { chunks });
  await say(...talk(0, 50));
  const room = await ann.enter(meeting);
  const last = room.page.getByTestId("turn").last();
  const atEnd = async (words) => {
    await last.getByText(words).waitFor();
    await until("the end is in sight", () => fromEnd(room), (left) => left <= 1);
  };
  const jump = room.page.getByRole("button", { name: "Jump to latest" });

  await atEnd("Number 49.");
  for (let n = 50; n < 58; n++) {
    await say(...talk(n, 1));
    await atEnd(`Number ${n}.`);
  }
  assert.equal(await jump.count(), 0);

  const box = room.page.getByTestId("transcript");
  await box.hover();
  await room.page.mouse.wheel(0, -600);
  await jump.waitFor();
  const place = await box.evaluate(({ scrollTop }) => scrollTop);
  await say(...talk(58, 1));
  await last.getByText("Number 58.").waitFor();
  assert.equal(await box.evaluate(({ scrollTop }) => scrollTop), place);
  await jump.click();
  await atEnd("Number 58.");
});

scene("nothing earlier is offered where nothing is; what is earlier comes once", async (stage) => {
  const ann = await stage.person("Ann");
  const meeting = await stage.meeting(ann);
  await ann.api.post(`/v1/meetings/${meeting}/start`);
  const say = (...chunks) =>
    ann.api.post(`/v1/meetings/${meeting}/transcript`, { chunks });
  // Whoever began first ended last: the first to be read is not the first in sequence.
  await say(chunk("Linus", "b", "Yes.", 1));
  await say(chunk("Grace", "a", "A long one.", 0), chunk("Linus", "c", "Fine.", 20));
  const room = await ann.enter(meeting);
  const words = async () => (await turns(room)).map(({ text }) => text);
  const earlier = room.page.getByRole("button", { name: "Show earlier" });
  await until("three turns", words, ({ length }) => length === 3);
  assert.deepEqual(await words(), ["A long one.", "Yes.", "Fine."]);
  assert.equal(await earlier.count(), 0);

  // A hole at the beginning is nothing earlier either.
  await say(chunk("Linus", "b", "Yes!", 1, { revision: 2 }));
  const again = await ann.enter(meeting);
  await until("the revised words", () => turns(again), (seen) => seen[1]?.text === "Yes!");
  await again.page.waitForLoadState("networkidle");
  const offered = again.page.getByRole("button", { name: "Show earlier" });
  assert.equal(await offered.count(), 0);

  const long = await stage.meeting(ann);
  await ann.api.post(`/v1/meetings/${long}/start`);
  for (let from = 0; from < 250; from += 50) {
    await ann.api.post(`/v1/meetings/${long}/transcript`, { chunks: talk(from, 50) });
  }
  // The first is put right late: its old words are not to come back.
  const right = chunk("Grace", "s0", "Number 0, put right.", 0, { revision: 2 });
  await ann.api.post(`/v1/meetings/${long}/transcript`, { chunks: [right] });
  const other = await ann.enter(long);
  // It says so while it loads.
  const button = other.page.getByRole("button", { name: /Show earlier|Loading/ });
  const shown = async () =>
    (await other.page.getByTestId("transcript").innerText()).match(/Number \d+/g) ?? [];
  await until("the latest", shown, (seen) => seen.includes("Number 249"));
  await button.waitFor();
  for (let pages = 0; (await button.count()) > 0; pages++) {
    assert.ok(pages < 5, "the pages end");
    const before = (await shown()).length;
    await button.click();
    await until(
      "a page more, or the end",
      async () => [(await shown()).length, await button.count()],
      ([count, more]) => count > before || more === 0,
    );
  }
  const all = Array.from({ length: 250 }, (_, n) => `Number ${n}`);
  await until("all of it, once", shown, (seen) => seen.join() === all.join());
});
