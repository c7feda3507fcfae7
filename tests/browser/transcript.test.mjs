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
