// Forms that make something: pressed twice, or again after an answer that was lost, they
// make one.
import assert from "node:assert/strict";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

/** Loses the answer to the first request that makes something at `path`. */
async function loseFirst(page, path) {
  let lost = false;
  await page.route(`**${path}`, async (route) => {
    if (route.request().method() !== "POST" || lost) return route.continue();
    lost = true;
    await route.fetch();
    return route.abort();
  });
}

scene("a meeting is made once, though its answer was lost", async (stage) => {
  const ann = await stage.person("Ann");
  const page = await ann.open("/new");
  await loseFirst(page, "/v1/meetings");
  const form = page.getByRole("form", { name: "New meeting" });
  await form.getByLabel("Title").fill("Once only");
  const create = form.getByRole("button", { name: "Create", exact: true });
  await create.click();
  await page.getByText("The server cannot be reached").waitFor();
  await create.click();
  await page.waitForURL(/\/meeting\?id=/);
  const { items } = await ann.api.get("/v1/meetings");
  assert.deepEqual(items.map(({ title }) => title), ["Once only"]);

  // Filled in otherwise it is another wish.
  await page.goto(`${ann.origin}/new`);
  await form.getByLabel("Title").fill("Another");
  await create.click();
  await page.waitForURL(/\/meeting\?id=/);
  assert.equal((await ann.api.get("/v1/meetings")).items.length, 2);
});

scene("a form that is sent twice at once makes one meeting", async (stage) => {
  const ann = await stage.person("Ann");
  const page = await ann.open("/");
  const field = page.getByRole("textbox", { name: "New meeting" });
  await field.fill("Quick");
  await field.evaluate(({ form }) => {
    form.requestSubmit();
    form.requestSubmit();
  });
  await page.waitForURL(/\/room\?id=/);
  const { items } = await ann.api.get("/v1/meetings");
  assert.deepEqual(items.map(({ title }) => title), ["Quick"]);
});

scene("an organisation is made once, though its answer was lost", async (stage) => {
  const ann = await stage.person("Ann");
  const page = await ann.open("/settings");
  await loseFirst(page, "/v1/orgs");
  const field = page.getByRole("textbox", { name: "New organisation" });
  await field.fill("Works");
  await page.keyboard.press("Enter");
  await page.getByText("The server cannot be reached").waitFor();
  await page.keyboard.press("Enter");
  await until("the field is empty", () => field.inputValue(), (text) => text === "");
  const { items } = await ann.api.get("/v1/orgs");
  assert.deepEqual(items.map(({ name }) => name), ["Works"]);
});
