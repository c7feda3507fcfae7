// What people say of themselves.
import assert from "node:assert/strict";
import { accessible } from "./support/axe.mjs";
import { scene } from "./support/scene.mjs";

scene("somebody says who they are, and others read it", async (stage) => {
  const [ann, ben] = await stage.people("Ann", "Ben");
  const page = await ann.open("/settings");
  await page.getByLabel("Name that others see").fill("  ");
  await page.keyboard.press("Enter");
  await page.getByText("Enter a name.").waitFor();
  await page.getByLabel("Name that others see").fill("Ann Other");
  await page.keyboard.press("Enter");
  await page.getByText("The name is saved.").waitFor();
  await page.getByRole("heading", { name: "Ann Other" }).waitFor();

  await page.getByLabel("Job title").fill("Engineer");
  await page.getByLabel("About me").fill("I draw machines.");
  await page.getByLabel("Languages, with commas between").fill("en, nonsense!");
  await page.getByLabel("Skills, with commas between").fill("drawing, , ink");
  await page.getByLabel("My own page").fill("http://example.org");
  await page.getByLabel("find a mentor").check();
  await page.getByRole("button", { name: "Save profile" }).click();
  await page.getByText("nonsense!: a language tag, as en or pt-BR").waitFor();
  await page.getByText("an https address of at most 2000 characters").waitFor();
  await accessible(page, "a profile with what is refused of it");
  await page.getByLabel("Languages, with commas between").fill("en, pt-BR");
  await page.getByLabel("My own page").fill("https://example.org");
  await page.getByRole("button", { name: "Save profile" }).click();
  await page.getByText("Your profile is saved.").waitFor();

  const seen = await ben.api.get(`/v1/users/${ann.api.session.userId}`);
  assert.equal(seen.name, "Ann Other");
  assert.equal(seen.profile.jobTitle, "Engineer");
  assert.equal(seen.profile.company ?? null, null);
  assert.deepEqual(seen.profile.languages, ["en", "pt-BR"]);
  assert.deepEqual(seen.profile.skills, ["drawing", "ink"]);
  assert.equal(seen.profile.seekingMentorship, true);
  assert.equal(seen.profile.links.website, "https://example.org");

  await page.reload();
  await page.getByLabel("About me").waitFor();
  assert.equal(await page.getByLabel("About me").inputValue(), "I draw machines.");
  assert.equal(await page.getByLabel("Name that others see").inputValue(), "Ann Other");
});

scene("interests are chosen out of what they are a part of, by keys alone", async (stage) => {
  const ann = await stage.person("Ann");
  const page = await ann.open("/settings");
  const technology = page.locator("summary", { hasText: "Technology" });
  await technology.focus();
  await page.keyboard.press("Enter");
  await page.getByLabel("Rust", { exact: true }).focus();
  await page.keyboard.press("Space");
  await page.getByLabel("How well I know Rust").focus();
  await page.keyboard.press("End");
  await technology.getByText("1 chosen").waitFor();
  await accessible(page, "interests");
  await page.getByRole("button", { name: "Save interests" }).focus();
  await page.keyboard.press("Enter");
  await page.getByText("Your interests are saved.").waitFor();
  const { items } = await ann.api.get("/v1/me/interests");
  assert.deepEqual(items, [{ slug: "rust", proficiency: "expert" }]);

  await page.reload();
  await technology.getByText("1 chosen").waitFor();
  await technology.click();
  await page.getByLabel("Rust", { exact: true }).uncheck();
  await page.getByRole("button", { name: "Save interests" }).click();
  await page.getByText("Your interests are saved.").waitFor();
  assert.deepEqual((await ann.api.get("/v1/me/interests")).items, []);
});

scene("the profile and the interests fit a phone, in the dark", async (stage) => {
  const viewport = { width: 390, height: 844 };
  const phone = { viewport, hasTouch: true, isMobile: true, colorScheme: "dark" };
  const ann = await stage.person("Ann", phone);
  const items = [{ slug: "learning-languages", proficiency: "intermediate" }];
  await ann.api.put("/v1/me/interests", { items });
  const page = await ann.open("/settings");
  // `all` waits for nothing: they are there once this one is.
  await page.locator("summary", { hasText: "1 chosen" }).waitFor();
  for (const summary of await page.locator("summary").all()) await summary.tap();
  await page.getByLabel("How well I know Learning languages").waitFor();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= 390, `it is ${width} px wide`);
  await accessible(page, "the account");
});
