import assert from "node:assert/strict";
import { agreed } from "./support/agreement.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

scene(
  "the history shows who wrote what and restores a version for everyone",
  async (stage) => {
    const [ann, ben] = await stage.people("Ann", "Ben");
    const meeting = await stage.meeting(ann, ben);
    const [annes, bens] = await stage.enter(meeting, ann, ben);
    await annes.editor.toEnd();
    await annes.editor.type("The plan.");
    await bens.editor.shows("The plan.");
    await bens.editor.toEnd();
    await bens.editor.type(" Not a good one.");
    await annes.editor.shows("The plan. Not a good one.");
    await agreed(ann.api, meeting, annes, bens);

    const { page } = annes;
    await page.getByRole("button", { name: "History" }).click();
    const dialog = page.getByRole("dialog", { name: "Note history" });
    const versions = dialog.getByTestId("version");
    await until(
      "two versions",
      () => versions.allInnerTexts(),
      (shown) => shown.length === 2 && shown[0].includes("Ben") && shown[1].includes("Ann"),
    );
    const added = dialog.locator("ins");
    await until(
      "what Ben added",
      () => added.allTextContents(),
      (parts) => parts.join("") === " Not a good one.",
    );
    await versions.nth(1).click();
    await until(
      "what Ann added",
      () => added.allTextContents(),
      (parts) => parts.join("") === "The plan.",
    );
    await dialog.getByRole("button", { name: "From then to now" }).click();
    await until(
      "what came since",
      () => added.allTextContents(),
      (parts) => parts.join("") === " Not a good one.",
    );
    await dialog.getByRole("button", { name: "Restore" }).click();

    await dialog.waitFor({ state: "detached" });
    await annes.editor.shows("The plan.");
    await bens.editor.shows("The plan.");
    assert.equal(await agreed(ann.api, meeting, annes, bens), "The plan.");
    await page.getByRole("button", { name: "History" }).click();
    await until(
      "the restoring is a version too",
      () => versions.count(),
      (count) => count === 3,
    );
  },
);
