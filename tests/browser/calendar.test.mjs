// Planning meetings, finding them again, and seeing them by day.
import assert from "node:assert/strict";
import { accessible } from "./support/axe.mjs";
import { walkTo as walkIn } from "./support/keyboard.mjs";
import { fits, PHONE } from "./support/phone.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

const HOUR = 3_600_000;
const nextHour = () => Math.ceil(Date.now() / HOUR) * HOUR;

/** The titles of a list, as they are shown. */
const titles = (page) => page.locator(".meeting-title").allTextContents();

/** Waits until the list shows just these, in whatever order. */
function lists(page, ...wanted) {
  const want = wanted.sort().join();
  return until(`the list is ${want}`, () => titles(page), (all) => all.sort().join() === want);
}

scene("a meeting is planned for a time elsewhere, with people asked at once", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const page = await ann.open("/");
  await page.getByRole("link", { name: "Plan a meeting" }).click();
  await page.waitForURL(/\/new$/);
  await page.getByLabel("Title").fill("Budget talk");
  await page.getByLabel("Description").fill("What it may cost.");
  await page.getByLabel("Tags, with commas between").fill("money, team");
  await page.getByLabel("Date").fill("2031-07-01");
  await page.getByLabel("Time", { exact: true }).fill("09:30");
  await page.getByLabel("Minutes").fill("45");
  await page.getByLabel("Timezone").selectOption("Europe/Lisbon");
  await page.getByLabel("Most participants").fill("5");
  await page.getByLabel("What is said is written down").uncheck();
  await page.getByLabel("Public: anybody may find it and join").check();
  await page.getByLabel("Email addresses").fill(`${ben.email}, nobody@`);
  await accessible(page, "the form of a new meeting");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  // Whoever could not be asked is named; the meeting is made all the same.
  await page.getByText("nobody@:").waitFor();
  await page.getByRole("link", { name: "To the meeting" }).click();
  await page.getByRole("heading", { name: "Budget talk" }).waitFor();
  await page.getByText("45 min").waitFor();
  await page.getByText(ben.email).waitFor();

  const { items } = await ann.api.get("/v1/meetings");
  const [made] = items;
  assert.equal(items.length, 1);
  assert.equal(made.scheduledAt, Date.parse("2031-07-01T08:30:00Z"));
  assert.equal(made.timezone, "Europe/Lisbon");
  assert.equal(made.maxParticipants, 5);
  assert.equal(made.settings.transcription, false);
  assert.equal(made.isPublic, true);
  assert.deepEqual(made.tags, ["money", "team"]);
});

scene("what is refused of a plan is said at its field", async (stage) => {
  const ann = await stage.person("Ann");
  const page = await ann.open("/new");
  await page.getByLabel("Title").fill("   ");
  await page.getByLabel("Tags, with commas between").fill("x".repeat(41));
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByText("Enter a title.").waitFor();
  await page.getByText(`${"x".repeat(41)}:`).waitFor();
  const title = page.getByLabel("Title");
  assert.equal(await title.getAttribute("aria-invalid"), "true");
  await accessible(page, "the form with what is refused");
  assert.deepEqual((await ann.api.get("/v1/meetings")).items, []);
});

scene("a meeting that comes again is seen on each of its days", async (stage) => {
  const ann = await stage.person("Ann");
  const page = await ann.open("/new");
  await page.getByLabel("Title").fill("Stand-up");
  await page.getByLabel("Again and again").check();
  await page.getByLabel("Date").fill("2031-07-01");
  await page.getByLabel("Time", { exact: true }).fill("09:30");
  await page.getByLabel("Timezone").selectOption("UTC");
  // 1 July 2031 is a Tuesday.
  assert.ok(await page.getByLabel("Tue").isChecked());
  await page.getByLabel("Thu").check();
  await page.getByLabel("It ends").selectOption("count");
  await page.getByLabel("Times").fill("5");
  await page.getByText("It comes every week on Tue and Thu, 5 times.").waitFor();
  await accessible(page, "the form of what comes again");
  await page.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("heading", { name: "Stand-up" }).waitFor();
  const [made] = (await ann.api.get("/v1/meetings")).items;
  assert.equal(made.rrule, "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=5");

  await page.clock.setFixedTime(new Date("2031-07-10T12:00:00Z"));
  await page.getByRole("link", { name: "Calendar", exact: true }).click();
  await page.getByRole("heading", { name: "July 2031" }).waitFor();
  const entries = page.getByTestId("entry");
  const days = () =>
    entries.evaluateAll((all) =>
      all.map((one) => one.querySelector("time").dateTime.slice(0, 10)),
    );
  const five = ["2031-07-01", "2031-07-03", "2031-07-08", "2031-07-10", "2031-07-15"];
  await until("all five", days, (all) => all.join() === five.join());
  await accessible(page, "a month");
  await page.getByRole("button", { name: "Week" }).click();
  await until("two of them", days, (all) => all.join() === five.slice(2, 4).join());
  await accessible(page, "a week");
  await page.getByRole("button", { name: "The week after" }).click();
  await until("the last", days, (all) => all.join() === five[4]);
  await page.getByRole("button", { name: "Month" }).click();
  await page.getByRole("button", { name: "The month after" }).click();
  await page.getByRole("heading", { name: "August 2031" }).waitFor();
  await until("none", days, (all) => all.length === 0);

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "All as a calendar file" }).click();
  const file = await download;
  assert.equal(file.suggestedFilename(), "connvo.ics");
  await page.getByRole("button", { name: "Today" }).click();
  await entries.first().click();
  const one = page.waitForEvent("download");
  await page.getByRole("button", { name: "Calendar file" }).click();
  const text = await (await one).createReadStream().then(whole);
  assert.match(text, /BEGIN:VEVENT/);
  assert.match(text, /RRULE:FREQ=WEEKLY/);
});

scene("a plan is changed, and called off with all that was to follow", async (stage) => {
  const ann = await stage.person("Ann");
  await ann.api.post("/v1/meetings", {
    title: "Retro",
    type: "recurring",
    scheduledAt: nextHour() + 48 * HOUR,
    timezone: "UTC",
    rrule: "FREQ=DAILY;COUNT=5",
  });
  const page = await ann.open("/");
  await page.getByRole("link", { name: "Details of Retro" }).click();
  await page.getByText("every day, 5 times").waitFor();
  await page.getByRole("link", { name: "Change" }).click();
  await page.getByLabel("Title").fill("Looking back");
  await page.getByLabel("Minutes").fill("20");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Looking back" }).waitFor();
  const [changed] = (await ann.api.get("/v1/meetings")).items;
  assert.equal(changed.durationMinutes, 20);
  assert.equal(changed.rrule, "FREQ=DAILY;COUNT=5");

  await page.getByRole("button", { name: "Call it off" }).click();
  const dialog = page.getByRole("dialog", { name: "Call off Looking back?" });
  await dialog.getByLabel("The whole series").check();
  await accessible(page, "the question before it is called off");
  await dialog.getByRole("button", { name: "Call off" }).click();
  await page.locator('[data-state="cancelled"]').waitFor();
  const { items } = await ann.api.get("/v1/meetings");
  assert.deepEqual(items.map(({ state }) => state), ["cancelled"]);
});

scene("my meetings are narrowed by title, tag, state, kind and role", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const make = (draft) => ann.api.post("/v1/meetings", draft);
  await make({ title: "Alpha plan", tags: ["red"] });
  await make({ title: "Beta plan", type: "instant", tags: ["blue"] });
  await make({
    title: "Gamma",
    type: "recurring",
    scheduledAt: nextHour(),
    timezone: "UTC",
    rrule: "FREQ=WEEKLY",
  });
  const theirs = await ben.api.meeting("Delta");
  await ben.api.invite(theirs, ann.email, "observer");
  const page = await ann.open("/");
  const all = ["Alpha plan", "Beta plan", "Gamma", "Delta"];
  await lists(page, ...all);
  await page.getByLabel("Title").fill("PLAN");
  await lists(page, "Alpha plan", "Beta plan");
  await page.getByLabel("Tag").fill("blue");
  await lists(page, "Beta plan");
  await accessible(page, "the list with its filter");
  await page.getByRole("button", { name: "Clear" }).click();
  await lists(page, ...all);
  await page.getByLabel("State").selectOption("active");
  await lists(page, "Beta plan");
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByLabel("Kind").selectOption("recurring");
  await lists(page, "Gamma");
  await page.getByRole("button", { name: "Clear" }).click();
  await page.getByLabel("Role").selectOption("observer");
  await lists(page, "Delta");
  await page.getByLabel("Title").fill("nothing of that name");
  await page.getByText("No meeting fits").waitFor();
  await page.getByRole("button", { name: "Clear" }).click();
  await lists(page, ...all);
  // What is made elsewhere appears by itself.
  await make({ title: "Epsilon" });
  await lists(page, ...all, "Epsilon");
});

scene("older meetings are read on, and stay when something changes", async (stage) => {
  const ann = await stage.person("Ann");
  for (let at = 0; at < 53; at++) await ann.api.meeting(`Meeting ${at}`);
  const page = await ann.open("/");
  const count = () => page.getByTestId("meeting").count();
  await until("a page", count, (rows) => rows === 50);
  await page.getByRole("button", { name: "Show older meetings" }).click();
  await until("all", count, (rows) => rows === 53);
  await ann.api.meeting("One more");
  await page.getByRole("link", { name: "One more", exact: true }).waitFor();
  await until("all and one more", count, (rows) => rows === 54);
});

scene("keys alone: plan what comes again, and open it in the calendar", async (stage) => {
  const ann = await stage.person("Ann");
  const page = await ann.open("/");
  const { keyboard } = page;
  await page.getByLabel("New meeting").waitFor();
  const walkTo = (name) => walkIn(page, name);
  await walkTo("Plan a meeting");
  await keyboard.press("Enter");
  // The list that was left has a title to look for, too.
  await page.getByLabel("Again and again").waitFor();
  await walkTo("Title");
  await keyboard.type("By hand");
  await walkTo("Once");
  await keyboard.press("ArrowDown");
  assert.ok(await page.getByLabel("Again and again").isChecked());
  await walkTo("Days, weeks or months");
  await keyboard.type("days");
  await walkTo("Create");
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "By hand" }).waitFor();
  await walkTo("Calendar");
  await keyboard.press("Enter");
  await page.getByTestId("entry").first().waitFor();
  await walkTo("Today");
  await keyboard.press("Tab");
  await walkTo("Week");
  await keyboard.press("Space");
  await page.getByTestId("entry").first().focus();
  await keyboard.press("Enter");
  await page.getByRole("heading", { name: "By hand" }).waitFor();
  await page.getByText("every day", { exact: true }).waitFor();
});

scene("what was planned once comes again from now on", async (stage) => {
  const ann = await stage.person("Ann");
  const draft = { title: "Talk", scheduledAt: Date.UTC(2031, 6, 1, 9), timezone: "UTC" };
  const { id } = await ann.api.post("/v1/meetings", draft);
  const page = await ann.open(`/edit?id=${id}`);
  await page.getByLabel("Again and again").check();
  await page.getByLabel("Days, weeks or months").selectOption("MONTHLY");
  await page.getByLabel("It ends").selectOption("until");
  await page.getByLabel("Last day").fill("2031-10-01");
  await page.getByRole("button", { name: "Save" }).click();
  // The form says the same of what is not saved yet.
  await page.waitForURL(/\/meeting\?id=/);
  await page.getByText("every month, until 2031-10-01").waitFor();
  const changed = await ann.api.get(`/v1/meetings/${id}`);
  assert.equal(changed.type, "recurring");
  assert.equal(changed.rrule, "FREQ=MONTHLY;UNTIL=20311001T235900Z");
  const within = `from=${Date.UTC(2031, 6, 1)}&to=${Date.UTC(2032, 0, 1)}`;
  const [dated] = (await ann.api.get(`/v1/meetings?${within}`)).items;
  assert.equal(dated.occurrences.length, 4);
});

scene("a phone shows the calendar as a list, and the form fits it", async (stage) => {
  const ann = await stage.person("Ann", { ...PHONE, colorScheme: "dark" });
  const title = "A very long title about the quarterly results of all departments";
  await ann.api.post("/v1/meetings", {
    title,
    type: "recurring",
    scheduledAt: nextHour(),
    timezone: "UTC",
    rrule: "FREQ=DAILY;COUNT=3",
  });
  const page = await ann.open("/calendar");
  await page.getByRole("list", { name: "Agenda" }).waitFor();
  await page.getByTestId("entry").first().waitFor();
  await fits(page, "the agenda");
  await accessible(page, "the agenda");
  const form = await ann.open("/new");
  await form.getByLabel("Again and again").check();
  await fits(form, "the form");
  await accessible(form, "the form on a phone");
  const list = await ann.open("/");
  await list.getByTestId("meeting").waitFor();
  await fits(list, "the list");
  await accessible(list, "the list on a phone");
});

async function whole(stream) {
  let text = "";
  for await (const part of stream) text += part;
  return text;
}

scene("one date of a series is moved, and moved back", async (stage) => {
  const ann = await stage.person("Ann");
  const day = 86_400_000;
  const at = Math.ceil((Date.now() + 2 * day) / 3_600_000) * 3_600_000;
  const title = "Weekly round";
  const draft = { title, type: "recurring", rrule: "FREQ=WEEKLY", scheduledAt: at };
  const { id } = await ann.api.post("/v1/meetings", { ...draft, timezone: "UTC" });
  const page = await ann.open(`/meeting?id=${id}`);
  const dialog = page.getByRole("dialog", { name: "Move this date" });
  const open = () => page.getByRole("button", { name: "Move this date" }).click();
  const move = async (to) => {
    const [date, time] = new Date(to).toISOString().split("T");
    await dialog.getByLabel("Date").fill(date);
    await dialog.getByLabel("Time").fill(time.slice(0, 5));
    await dialog.getByRole("button", { name: "Move", exact: true }).click();
  };
  await open();
  await accessible(page, "moving a date");
  await move(at + 7 * day);
  await dialog.getByText("before the next date").waitFor();
  await move(at + day);
  await page.getByText("Moved from").waitFor();
  const moved = await ann.api.get(`/v1/meetings/${id}`);
  assert.deepEqual([moved.scheduledAt, moved.occurrenceAt], [at + day, at]);
  const list = await ann.open("/");
  await list.getByTestId("meeting").getByText(/, moved/).waitFor();
  await open();
  await dialog.getByRole("button", { name: "Back to its date" }).click();
  await page.getByText("Moved from").waitFor({ state: "detached" });
  const back = await ann.api.get(`/v1/meetings/${id}`);
  assert.deepEqual([back.scheduledAt, back.occurrenceAt], [at, null]);
});

scene("later dates of a series are moved and called off, and put back", async (stage) => {
  const ann = await stage.person("Ann");
  const [day, week] = [86_400_000, 7 * 86_400_000];
  const at = Math.ceil((Date.now() + 2 * day) / 3_600_000) * 3_600_000;
  const draft = { title: "Weekly", type: "recurring", rrule: "FREQ=WEEKLY;COUNT=4" };
  const timed = { ...draft, scheduledAt: at, timezone: "UTC" };
  const { id } = await ann.api.post("/v1/meetings", timed);
  const dates = async () => {
    const { items } = await ann.api.get(`/v1/meetings/${id}/dates`);
    return items.map((date) => date.scheduledAt);
  };
  const page = await ann.open(`/meeting?id=${id}`);
  const rows = page.getByRole("list", { name: "Dates after this one" });
  const row = (nth) => rows.getByRole("listitem").nth(nth);
  await row(2).waitFor();
  assert.equal(await rows.getByRole("listitem").count(), 3);
  await row(0).getByRole("button", { name: "Call off" }).click();
  await row(0).getByText("called off").waitFor();
  assert.deepEqual(await dates(), [at, null, at + 2 * week, at + 3 * week]);
  const dialog = page.getByRole("dialog", { name: "Move this date" });
  await row(1).getByRole("button", { name: "Move" }).click();
  const [date] = new Date(at + 2 * week - day).toISOString().split("T");
  await dialog.getByLabel("Date").fill(date);
  await dialog.getByRole("button", { name: "Move", exact: true }).click();
  await row(1).getByText("moved from").waitFor();
  await accessible(page, "dates of a series");
  assert.deepEqual(await dates(), [at, null, at + 2 * week - day, at + 3 * week]);
  // Whoever else looks at it sees it without asking again.
  const second = await ann.open(`/meeting?id=${id}`);
  const seen = second.getByRole("list", { name: "Dates after this one" });
  await seen.getByText("called off").waitFor();
  await row(0).getByRole("button", { name: "Put back" }).click();
  await row(0).getByText("called off").waitFor({ state: "detached" });
  await seen.getByText("called off").waitFor({ state: "detached" });
  assert.deepEqual(await dates(), [at, at + week, at + 2 * week - day, at + 3 * week]);
});
