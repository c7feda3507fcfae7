// Takes the picture of the README: `node www/scripts/picture.mjs` after
// `make www` and `cargo build -p connvo-server`.
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { signIn } from "../../tests/browser/support/api.mjs";
import { Person } from "../../tests/browser/support/people.mjs";
import { Server } from "../../tests/browser/support/server.mjs";

const NOTE = `# Remote control: kick-off

Sold at **25 €**, made for at most **12.50 €**. It should be
*original, trendy and easy to use*.

## Agreed
- A few buttons; the rest is a menu on the screen
- Long battery life: nobody likes changing batteries

> "We put the fashion in electronics."

## To do
- [x] Look at what the others on the market do
- [ ] Marketing: what do people really press?
- [ ] Design: sketch a *sleek* case for next week
`;

/** Names for the roles of the recording. */
const SPEAKERS = {
  "Project Manager": "Ada Lind",
  Marketing: "Ben Okafor",
  "Industrial Designer": "Dao Minh",
  "User Interface": "Mina Sato",
};

const server = await Server.start();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
try {
  const [ada, ben] = await Promise.all(["Ada Lind", "Ben Okafor"].map(person));
  const meeting = await ada.api.meeting("Remote control: kick-off");
  await ada.api.invite(meeting, ben.email);
  await ada.api.post(`/v1/meetings/${meeting}/start`);
  await ada.api.post(`/v1/meetings/${meeting}/notes/ops`, {
    baseVersion: 0,
    clientId: "picture",
    clientSeq: 1,
    operation: [{ insert: NOTE }],
  });
  const [last, ...said] = talk().reverse();
  const say = (chunks) =>
    ada.api.post(`/v1/meetings/${meeting}/transcript`, { chunks });
  await say(said.reverse());
  const [here, other] = await Promise.all([
    ada.enter(meeting),
    ben.enter(meeting),
  ]);
  await other.page.bringToFront();
  await other.editor.area.getByText("what do people really press?").click();
  await other.page.keyboard.press("End");
  for (let n = 0; n < 6; n++)
    await other.page.keyboard.press("Shift+ArrowLeft");
  await here.page.bringToFront();
  await here.editor.area.getByText("changing batteries").click();
  await here.page.keyboard.press("End");
  await here.editor.peers().first().waitFor();
  await here.sent();
  await say([{ ...last, isInterim: true }]);
  await here.page.locator(".interim").waitFor();
  const path = new URL("../docs/room.png", import.meta.url).pathname;
  await here.page.screenshot({ path });
} finally {
  await browser.close();
  await server.stop();
}

async function person(name) {
  const email = `${name.split(" ")[0].toLowerCase()}@example.org`;
  const api = await signIn(server.origin, name, email);
  const kept = { name: "connvo.session", value: JSON.stringify(api.session) };
  const origins = [{ origin: server.origin, localStorage: [kept] }];
  const context = await browser.newContext({
    storageState: { cookies: [], origins },
    viewport: { width: 1280, height: 800 },
    colorScheme: "light",
  });
  return new Person(api, context, server.origin);
}

/** Some of a real meeting; its last words are still being said. */
function talk() {
  const file = new URL(
    "../../tests/data/meetings/ES2006a.json.gz",
    import.meta.url,
  );
  const { meeting_transcripts: lines } = JSON.parse(
    gunzipSync(readFileSync(file)),
  );
  const said = lines
    .slice(233, 265)
    .map(({ speaker, content }) => ({
      label: SPEAKERS[speaker],
      text: clean(content),
    }))
    .filter(({ text }) => text.length > 22);
  const now = Date.now();
  return said.map(({ label, text }, at) => ({
    sourceId: label,
    segmentId: String(at),
    revision: 1,
    isInterim: false,
    text,
    startMs: now + at * 9_000,
    endMs: now + at * 9_000 + 8_000,
    speaker: { label },
  }));
}

/** As people write: no signs of the transcriber, no blanks before stops. */
function clean(text) {
  return text
    .replace(/\{\w+\}|\b(um|uh|mm)\b ?/gi, "")
    .replace(/\s+/g, " ")
    .replace(/ ([,.?!])/g, "$1")
    .replace(/T_V_/g, "TV")
    .trim();
}
