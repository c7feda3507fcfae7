// What is written beside the note: between two people, in threads, off the line, read
// back.
import assert from "node:assert/strict";
import { accessible } from "./support/axe.mjs";
import { focused as focusedIn, walkTo as walkIn } from "./support/keyboard.mjs";
import { show } from "./support/parts.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

/** The messages that are shown: who, what, whether on its way. */
function messages({ page }) {
  return page.getByTestId("message").evaluateAll((rows) =>
    rows.map((row) => ({
      author: row.querySelector("strong")?.textContent,
      text: row.querySelector(".message-text, .message-gone")?.textContent,
      pending: row.dataset.pending === "true",
    })),
  );
}

/** Waits until exactly these texts are shown, and all of them stored. */
function reads(room, ...texts) {
  return until(
    `the chat reads ${texts.join(" | ")}`,
    () => messages(room),
    (rows) =>
      rows.every(({ pending }) => !pending) &&
      JSON.stringify(rows.map(({ text }) => text)) === JSON.stringify(texts),
  );
}

async function write({ page }, text, label = "Write a message") {
  await page.getByRole("textbox", { name: label }).fill(text);
  await page.keyboard.press("Enter");
}

/** The row of a message. */
function row({ page }, text) {
  return page.getByTestId("message").filter({ hasText: text });
}

/** Does one of the things that can be done about a message. */
async function act(room, text, name) {
  const one = row(room, text);
  await one.hover();
  await one.getByRole("button", { name, exact: true }).click();
}

scene("two people write, answer, react, put right and take back", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await stage.meeting(ann, ben);
  const [annes, bens] = await stage.enter(meeting, ann, ben);
  await show(annes, "Chat");
  await annes.page.getByText("Nothing written yet").waitFor();

  // Ben looks at the transcript: the tab tells him.
  await write(annes, "Good morning, see https://example.org/plan.");
  await reads(annes, "Good morning, see https://example.org/plan.");
  const mark = bens.page.getByTestId("tab-mark").first();
  await mark.waitFor();
  assert.equal(await mark.innerText(), "1");
  await show(bens, "Chat");
  await reads(bens, "Good morning, see https://example.org/plan.");
  await until("the mark is gone", () => mark.count(), (count) => count === 0);
  const link = bens.page.getByRole("link", { name: "https://example.org/plan" });
  assert.equal(await link.getAttribute("href"), "https://example.org/plan");

  await act(bens, "Good morning", "Answer Ann");
  await bens.page.getByRole("heading", { name: "Thread" }).waitFor();
  await write(bens, "And to you.", "Write an answer");
  await reads(bens, "Good morning, see https://example.org/plan.", "And to you.");
  await bens.page.getByRole("button", { name: "Back to all messages" }).click();
  await reads(bens, "Good morning, see https://example.org/plan.");
  await annes.page.getByRole("button", { name: "1 answer" }).click();
  await reads(annes, "Good morning, see https://example.org/plan.", "And to you.");

  await act(annes, "And to you.", "React to Ben");
  await annes.page.getByRole("button", { name: "celebrating" }).click();
  await bens.page.getByRole("button", { name: "1 answer" }).click();
  const party = bens.page.getByRole("button", { name: "🎉 1 by Ann" });
  await party.waitFor();
  assert.equal(await party.getAttribute("aria-pressed"), "false");
  await party.click();
  const both = annes.page.getByRole("button", { name: "🎉 2 by Ann, Ben" });
  await both.click();
  await bens.page.getByRole("button", { name: "🎉 1 by Ben", exact: true }).waitFor();

  await act(bens, "And to you.", "Edit");
  await bens.page.getByRole("textbox", { name: "Edit the message" }).fill("And to all.");
  await bens.page.keyboard.press("Enter");
  await reads(annes, "Good morning, see https://example.org/plan.", "And to all.");
  await row(annes, "And to all.").getByText("edited").waitFor();
  // Others' words are not hers to change; as the host she may take them away.
  assert.equal(
    await row(annes, "And to all.").getByRole("button", { name: "Edit" }).count(),
    0,
  );
  assert.equal(
    await row(bens, "Good morning").getByRole("button", { name: "Delete" }).count(),
    0,
  );
  await act(annes, "And to all.", "Delete");
  await annes.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await reads(
    bens,
    "Good morning, see https://example.org/plan.",
    "This message was deleted.",
  );
});

scene("@ offers the people's names; who is meant is told so", async (stage) => {
  const [ann, bea] = await stage.people("Ann", "Bea");
  const ben = await stage.person("Ben Ash", { email: "ben.ash@example.org" });
  const meeting = await stage.meeting(ann, ben, bea);
  const [annes, bens] = await stage.enter(meeting, ann, ben, bea);
  await show(annes, "Chat");
  const field = annes.page.getByRole("textbox", { name: "Write a message" });
  await field.focus();
  await annes.page.keyboard.type("Ask @be");
  const names = annes.page.getByRole("listbox", { name: "Names to mention" });
  await until(
    "both names are offered",
    () => names.getByRole("option").allInnerTexts(),
    (texts) => texts.toSorted().join() === "Bea,Ben Ash",
  );
  await accessible(annes.page, "the names");
  await annes.page.keyboard.type("n");
  await annes.page.keyboard.press("Tab");
  assert.equal(await field.inputValue(), "Ask @Ben Ash ");
  await annes.page.keyboard.type("please");
  await annes.page.keyboard.press("Enter");
  await reads(annes, "Ask @Ben Ash please");
  const { items } = await ben.api.get(`/v1/meetings/${meeting}/messages`);
  assert.deepEqual(items[0].mentions, [ben.api.session.userId]);
  await show(bens, "Chat");
  assert.equal(await bens.page.locator(".mention-me").innerText(), "@Ben Ash");
});

scene("what the server says of the meeting is in the chat, and is nobody's", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await stage.meeting(ann, ben);
  const [annes, bens] = await stage.enter(meeting, ann, ben);
  await show(annes, "Chat");
  await ann.api.post(`/v1/meetings/${meeting}/start`);
  const said = row(annes, "Ann started the meeting");
  await said.waitFor();
  await said.hover();
  assert.equal(await said.getByRole("button").count(), 0);
  await ann.api.post(`/v1/meetings/${meeting}/transcription/pause`);
  await row(annes, "Ann paused the transcript").waitFor();
  // Ben, who looks elsewhere, has missed no words of anybody.
  await show(bens, "Chat");
  await row(bens, "Ann paused the transcript").waitFor();
  await write(bens, "So it be.");
  await row(annes, "So it be.").waitFor();
  await accessible(annes.page, "a chat in which the server speaks");
});

scene("what is written off the line shows at once and arrives after", async (stage) => {
  const wire = await stage.wire();
  const ann = await stage.person("Ann", { origin: wire.origin });
  const ben = await stage.person("Ben");
  const meeting = await stage.meeting(ann, ben);
  const [annes, bens] = await stage.enter(meeting, ann, ben);
  await show(annes, "Chat");
  await show(bens, "Chat");
  await write(annes, "Before.");
  await reads(bens, "Before.");
  await wire.cut();
  await annes.down();
  await write(annes, "Meanwhile.");
  await row(annes, "Meanwhile.").getByText("Sending…").waitFor();
  await write(bens, "From Ben.");
  await reads(bens, "Before.", "From Ben.");
  await wire.restore();
  await reads(annes, "Before.", "From Ben.", "Meanwhile.");
  await reads(bens, "Before.", "From Ben.", "Meanwhile.");
});

scene("what is refused comes back into the field, with the reason", async (stage) => {
  const ann = await stage.person("Ann");
  const meeting = await stage.meeting(ann);
  const room = await ann.enter(meeting);
  await show(room, "Chat");
  const long = "x".repeat(4_001);
  await write(room, long);
  await room.page.getByText(/Not sent: .*4001 UTF-16 code units/).waitFor();
  const field = room.page.getByRole("textbox", { name: "Write a message" });
  assert.equal(await field.inputValue(), long);
  assert.deepEqual(await messages(room), []);
  await field.fill("Short.");
  await room.page.keyboard.press("Enter");
  await reads(room, "Short.");
});

scene("a link is attached, and leads where it says", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const meeting = await stage.meeting(ann, ben);
  const [annes, bens] = await stage.enter(meeting, ann, ben);
  await show(annes, "Chat");
  await show(bens, "Chat");
  await annes.page.getByRole("button", { name: "Attach a link" }).click();
  await annes.page.getByLabel("Address").fill("https://example.org/files/the%20plan.pdf");
  await annes.page.getByRole("button", { name: "Attach", exact: true }).click();
  await annes.page.getByRole("button", { name: "Send" }).click();
  const link = bens.page.getByRole("link", { name: "the plan.pdf" });
  await link.waitFor();
  assert.equal(
    await link.getAttribute("href"),
    "https://example.org/files/the%20plan.pdf",
  );
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer");
  const { items } = await ben.api.get(`/v1/meetings/${meeting}/messages`);
  assert.deepEqual(items[0].attachments, [
    {
      url: "https://example.org/files/the%20plan.pdf",
      name: "the plan.pdf",
      type: "application/pdf",
    },
  ]);
});

scene("a long chat is read back to its first message, each once", async (stage) => {
  const three = await stage.people("Ann", "Ben", "Cleo");
  const [ann, ...guests] = three;
  const meeting = await stage.meeting(ann, ...guests);
  const path = `/v1/meetings/${meeting}/messages`;
  const all = Array.from({ length: 230 }, (_, n) => `Message ${n}`);
  // No more than one person may write in a minute.
  for (const [n, text] of all.entries()) await three[n % 3].api.post(path, { text });
  const room = await ann.enter(meeting);
  await show(room, "Chat");
  const shown = async () => (await messages(room)).map(({ text }) => text);
  await until("the latest are there", shown, (texts) => texts.at(-1) === "Message 229");
  const older = room.page.getByRole("button", { name: /Show older|Loading/ });
  for (let pages = 0; (await older.count()) > 0; pages++) {
    assert.ok(pages < 4, "the pages end");
    const before = (await shown()).length;
    await older.click();
    await until(
      "a page more, or the end",
      async () => [(await shown()).length, await older.count()],
      ([count, more]) => count > before || more === 0,
    );
  }
  assert.deepEqual(await shown(), all);
});

scene("keys alone: write, react, put right, answer", async (stage) => {
  const ann = await stage.person("Ann");
  const meeting = await stage.meeting(ann);
  const room = await ann.enter(meeting);
  const { keyboard } = room.page;
  const focused = () => focusedIn(room.page);
  const walkTo = (name, key) => walkIn(room.page, name, key);
  await room.page.getByRole("button", { name: "Transcript" }).first().focus();
  await walkTo("Chat");
  await keyboard.press("Enter");
  await walkTo("Write a message");
  await keyboard.type("One line");
  await keyboard.press("Shift+Enter");
  await keyboard.type("and another.");
  await keyboard.press("Enter");
  await reads(room, "One line\nand another.");
  await walkTo("React to Ann", "Shift+Tab");
  await keyboard.press("Enter");
  await until("the first emoji", focused, (name) => name === "thumbs up");
  await keyboard.press("Escape");
  assert.equal(await focused(), "React to Ann");
  await keyboard.press("Enter");
  await until("the first emoji", focused, (name) => name === "thumbs up");
  await keyboard.press("Enter");
  await room.page.getByRole("button", { name: "👍 1 by Ann" }).waitFor();
  assert.equal(await focused(), "React to Ann");
  await walkTo("Edit");
  await keyboard.press("Enter");
  await until("the words", focused, (name) => name === "Edit the message");
  await keyboard.press("Control+A");
  await keyboard.type("Better.");
  await keyboard.press("Enter");
  await reads(room, "Better.");
  await until("the focus is back", focused, (name) => name === "Edit");
  await walkTo("Answer Ann", "Shift+Tab");
  await keyboard.press("Enter");
  await until("the thread", focused, (name) => name === "Back to all messages");
  await walkTo("Write an answer");
  await keyboard.type("Yes.");
  await keyboard.press("Enter");
  await reads(room, "Better.", "Yes.");
});

scene("an observer reads the chat and sees why they cannot write", async (stage) => {
  const [ann, olga] = await stage.people("Ann", "Olga");
  const meeting = await stage.meeting(ann, [olga, "observer"]);
  await ann.api.post(`/v1/meetings/${meeting}/messages`, { text: "For all." });
  const room = await olga.enter(meeting);
  await show(room, "Chat");
  await reads(room, "For all.");
  const why = room.page.getByTestId("chat-refused");
  assert.match(await why.innerText(), /needs the role participant; yours is observer/);
  assert.equal(await room.page.getByRole("textbox", { name: "Write a message" }).count(), 0);
  assert.equal(await row(room, "For all.").getByRole("button").count(), 0);
});
