// Where things stand on the screen: long words, small screens, a page that builds up.
import assert from "node:assert/strict";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

const LONG =
  "A very long title about the quarterly results of the department of long titles " +
  "and of everything that follows from them";

scene("a long title leaves every control within reach", async (stage) => {
  const ann = await stage.person("Ann");
  const meeting = await ann.api.meeting(LONG);
  await ann.api.post(`/v1/meetings/${meeting}/start`);
  const room = await ann.enter(meeting);
  for (const width of [1280, 1021, 861, 700, 641, 390, 320]) {
    await room.page.setViewportSize({ width, height: 800 });
    const wide = await room.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `at ${width} px the page is ${wide} px wide`);
    for (const name of ["Back to my meetings", "Copy the link of this meeting", "End"]) {
      const control = room.page.locator(".room-bar").getByLabel(name).or(
        room.page.locator(".room-bar").getByRole("button", { name, exact: true }),
      );
      const box = await control.first().boundingBox();
      assert.ok(box && box.x >= 0 && box.x + box.width <= width, `${name} at ${width} px`);
    }
    const badge = await room.badge.boundingBox();
    assert.ok(badge && badge.x + badge.width <= width, `the badge at ${width} px`);
  }
});

scene("the question before the end is as tall as its words", async (stage) => {
  const ann = await stage.person("Ann");
  const meeting = await stage.meeting(ann);
  await ann.api.post(`/v1/meetings/${meeting}/start`);
  const { page } = await ann.enter(meeting);
  await page.getByRole("button", { name: "End", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "End the meeting?" });
  const { height } = await dialog.boundingBox();
  assert.ok(height < 320, `it is ${height} px tall`);
});

/** Adds up the layout shifts of a page, as browsers do for CLS. */
function watchShifts() {
  globalThis.shifts = [];
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      const of = sources.map(({ node }) => node?.outerHTML?.slice(0, 80));
      globalThis.shifts.push({ value, of });
    }
  }).observe({ type: "layout-shift", buffered: true });
}

scene("opening a room moves next to nothing that stands already", async (stage) => {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ]) {
    const ann = await stage.person("Ann", { viewport });
    const ben = await stage.person("Ben");
    const meeting = await stage.meeting(ann, ben);
    await ann.api.post(`/v1/meetings/${meeting}/start`);
    const bens = await ben.enter(meeting);
    await bens.editor.toEnd();
    await bens.editor.type("# Plan");
    await bens.sent();
    await ann.context.addInitScript(watchShifts);
    for (const visit of ["the first visit", "the second"]) {
      const room = await ann.enter(meeting);
      await room.editor.shows("# Plan");
      await room.editor.peers().first().waitFor({ state: "attached" });
      await until(
        "all is saved",
        () => room.state(),
        ({ words }) => words === "All changes saved",
      );
      const shifts = await room.page.evaluate(() => globalThis.shifts);
      const sum = shifts.reduce((all, { value }) => all + value, 0);
      assert.ok(
        sum < 0.1,
        `${visit} at ${viewport.width} px shifts by ${sum}: ${JSON.stringify(shifts)}`,
      );
    }
  }
});

scene("the pages about meetings move next to nothing that stands already", async (stage) => {
  for (const viewport of [
    { width: 1280, height: 800 },
    { width: 390, height: 844 },
  ]) {
    const ann = await stage.person("Ann", { viewport });
    const ben = await stage.person("Ben");
    await ann.api.invite(await ann.api.meeting("Mine"), ben.email);
    await ben.api.invite(await ben.api.meeting("Theirs"), ann.email);
    const { id } = await ann.api.post("/v1/meetings", { title: "Now", type: "instant" });
    const chunks = Array.from({ length: 40 }, (_, at) => ({
      sourceId: "mic",
      segmentId: String(at),
      revision: 1,
      isInterim: false,
      text: "What somebody says in a meeting.",
      startMs: at * 20_000,
      endMs: at * 20_000 + 4_000,
      speaker: { label: "Grace" },
    }));
    await ann.api.post(`/v1/meetings/${id}/transcript`, { chunks });
    await ann.api.post(`/v1/meetings/${id}/end`);
    await ann.context.addInitScript(watchShifts);
    for (const [path, last] of [
      ["/", '[data-testid="meeting-invitation"]'],
      ["/calendar", '[aria-busy="false"].calendar'],
      ["/new", "form"],
      [`/meeting?id=${id}`, '[data-testid="said"]'],
    ]) {
      const page = await ann.open(path);
      await page.locator(last).first().waitFor();
      await page.waitForLoadState("networkidle");
      const shifts = await page.evaluate(() => globalThis.shifts);
      const sum = shifts.reduce((all, { value }) => all + value, 0);
      const of = JSON.stringify(shifts);
      assert.ok(sum < 0.1, `${path} at ${viewport.width} px shifts by ${sum}: ${of}`);
      await page.close();
    }
  }
});
