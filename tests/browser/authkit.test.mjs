// Signing in where the server is set up with WorkOS AuthKit, against a stand-in of it.
import assert from "node:assert/strict";
import { after } from "node:test";
import { authkit, CLIENT_ID } from "./support/authkit.mjs";
import { accessible } from "./support/axe.mjs";
import { scene, serverWith } from "./support/scene.mjs";

const there = await authkit();
after(there.stop);
serverWith({ CONNVO_WORKOS_CLIENT_ID: CLIENT_ID, CONNVO_WORKOS_API_URL: there.origin });

scene("the sign-in page leads to AuthKit, and back to where one was going", async (stage) => {
  const stranger = await stage.stranger();
  const page = await stranger.open("/settings");
  await page.waitForURL(/\/sign-in\?next=%2Fsettings/);
  const button = page.getByRole("button", { name: "Sign in" });
  await button.waitFor();
  // The development issuer's form is not offered.
  assert.equal(await page.getByLabel("Your name").count(), 0);
  await accessible(page, "the sign-in page with AuthKit");
  await button.click();
  await page.getByRole("heading", { name: "My account" }).waitFor();
  await page.getByTestId("plan").waitFor();
  assert.ok(there.asked.includes("GET /user_management/authorize"));
  assert.ok(there.asked.includes("POST /user_management/authenticate"));

  // Still signed in after a reload; signed out there, too, on signing out.
  await page.reload();
  await page.getByTestId("plan").waitFor();
  await page.getByRole("button", { name: "Sign out" }).first().click();
  await page.waitForURL(/\/sign-in/);
});
