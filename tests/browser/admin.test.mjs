// The administrators' pages.
import assert from "node:assert/strict";
import { accessible } from "./support/axe.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

const PAGES = ["/admin", "/admin/users", "/admin/orgs", "/admin/flags", "/admin/audit"];

scene("a flag is changed with a reason, and the audit log has it", async (stage) => {
  const admin = await stage.admin();
  const ann = await stage.person("Ann");
  const page = await admin.open("/");
  await page.getByRole("link", { name: "Admin" }).click();
  await page.getByRole("link", { name: "Flags" }).click();
  const flag = page.locator('[data-testid="flag"][data-key="insights"]');
  await flag.getByText("Active").waitFor();
  await flag.getByRole("button", { name: "Change insights" }).click();
  const dialog = page.getByRole("dialog", { name: "Change insights" });
  await dialog.getByLabel("Exceptions, as a JSON list of rules").fill("[{]");
  await dialog.getByLabel("Reason, for the record").fill("too slow today");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("This is no JSON.").waitFor();
  await dialog.getByLabel("Exceptions, as a JSON list of rules").fill('[{"plans": ["pro"]}]');
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  await flag.getByText("1 exception").waitFor();
  await flag.getByRole("button", { name: "Change insights" }).click();
  await dialog.getByLabel("Active: on for anybody at all").uncheck();
  await dialog.getByLabel("Reason, for the record").fill("broken for now");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  await flag.getByText("Off").waitFor();
  assert.equal((await ann.api.get("/v1/flags")).insights, false);

  await page.getByRole("link", { name: "Audit log" }).click();
  await page.getByLabel("What it was done to").fill("flags/insights");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  const row = page.getByTestId("audit-row").filter({ hasText: "broken for now" });
  await row.waitFor();
  await row.getByText("Details").click();
  await row.getByLabel("Changes").waitFor();
  await accessible(page, "the audit log with its details");
});

scene("the audit log is read a page at a time", async (stage) => {
  const admin = await stage.admin();
  for (let at = 0; at < 55; at += 1) await admin.api.get("/v1/admin/audit?limit=1");
  const page = await admin.open("/admin/audit");
  const rows = page.getByTestId("audit-row");
  await rows.first().waitFor();
  assert.equal(await rows.count(), 50);
  await page.getByRole("button", { name: "Show more" }).click();
  await until("more is shown", () => rows.count(), (count) => count > 50);
});

scene("others are told that these pages are not for them", async (stage) => {
  const ann = await stage.person("Ann");
  const home = await ann.open("/");
  await home.getByText("No meetings yet").waitFor();
  for (const path of PAGES) {
    const page = await ann.open(path);
    await page.getByText("This is for administrators").waitFor();
    assert.equal(await page.getByRole("link", { name: "Admin", exact: true }).count(), 0);
  }
  await assert.rejects(ann.api.get("/v1/admin/flags"), /403/);
  await accessible(await ann.open("/admin/users"), "the page of who is no administrator");
});

scene("an organisation is given a limit, and it is taken back", async (stage) => {
  const admin = await stage.admin();
  const ann = await stage.person("Ann");
  await ann.api.post("/v1/orgs", { name: "Ann & Sons" });
  const page = await admin.open("/admin/orgs");
  await page.getByLabel("Find organisations").fill("ann & s");
  await page.getByRole("button", { name: "Search" }).click();
  await until("it is found", () => page.getByTestId("org").count(), (count) => count === 1);
  await page.getByRole("link", { name: "Ann & Sons" }).click();
  await page.getByRole("heading", { name: "Ann & Sons" }).waitFor();
  await page.getByText("It has what its plan gives.").waitFor();
  await page.getByLabel("At most").fill("9");
  await page.getByLabel("Reason, for the record").fill("a pilot");
  await page.getByRole("button", { name: "Set", exact: true }).click();
  const override = page.getByTestId("override");
  await override.getByText("Members of a meeting: 9").waitFor();
  assert.match(await page.locator('[data-limit="participants"]').innerText(), /9/);
  await accessible(page, "an organisation");
  await override.getByRole("button", { name: "Take back Members of a meeting" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason, for the record").fill("the pilot is over");
  await accessible(page, "the question for a reason");
  await dialog.getByRole("button", { name: "Take back", exact: true }).click();
  await page.getByText("It has what its plan gives.").waitFor();
  assert.match(await page.locator('[data-limit="participants"]').innerText(), /6/);
});

scene("who is deactivated is signed out in every open page at once", async (stage) => {
  const admin = await stage.admin();
  const ann = await stage.person("Mallory");
  const room = await ann.enter(await stage.meeting(ann));
  const account = await ann.open("/settings");
  await account.getByTestId("plan").waitFor();
  const page = await admin.open("/admin/users");
  await page.getByLabel("Find people").fill(ann.email);
  await page.getByRole("button", { name: "Search" }).click();
  const user = page.getByTestId("user");
  await until("one is found", () => user.count(), (count) => count === 1);
  await user.getByRole("button", { name: "Deactivate Mallory" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Reason, for the record").fill("sends spam");
  await dialog.getByRole("button", { name: "Deactivate" }).click();
  await room.page.waitForURL(/\/sign-in/);
  await account.waitForURL(/\/sign-in/);
  await user.getByText("Deactivated").waitFor();
  await assert.rejects(ann.api.get("/v1/me"), /401/);
  await user.getByRole("button", { name: "Activate Mallory" }).click();
  await dialog.getByLabel("Reason, for the record").fill("a mistake");
  await dialog.getByRole("button", { name: "Activate" }).click();
  await user.getByText("Deactivated").waitFor({ state: "detached" });
});

for (const colorScheme of ["light", "dark"]) {
  scene(`axe finds nothing on the administrators' pages and the account, ${colorScheme}`, async (stage) => {
    const admin = await stage.admin({ colorScheme });
    for (const path of PAGES) {
      const page = await admin.open(path);
      const nav = page.getByRole("navigation", { name: "Administration" });
      await nav.waitFor();
      await page.locator(".row-skeleton").first().waitFor({ state: "detached" });
      await accessible(page, path);
      if (path !== "/admin/flags") continue;
      await page.getByRole("button", { name: "New flag" }).click();
      await page.getByRole("dialog", { name: "New flag" }).waitFor();
      await accessible(page, "a new flag");
    }
    const account = await admin.open("/settings");
    await account.getByTestId("plan").waitFor();
    await accessible(account, "the account");
  });
}

scene("the administrators' pages and the account fit a phone", async (stage) => {
  const viewport = { width: 390, height: 844 };
  const admin = await stage.admin({ viewport, hasTouch: true, isMobile: true });
  for (const path of [...PAGES, "/settings"]) {
    const page = await admin.open(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.locator(".row-skeleton").first().waitFor({ state: "detached" });
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `${path} is ${width} px wide`);
  }
});
