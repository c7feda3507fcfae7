// Whoever uses keys alone.
import assert from "node:assert/strict";

/** Most steps to anything on a page. */
const STEPS = 120;

/** What has the focus, by name. */
export function focused(page) {
  return page.evaluate(() => {
    const { activeElement: at } = document;
    return (
      at?.getAttribute("aria-label") ?? at?.labels?.[0]?.textContent ?? at?.textContent
    );
  });
}

/** Tabs on until something of that name has the focus. */
export async function walkTo(page, name, key = "Tab") {
  for (let steps = 0; steps < STEPS; steps++) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press(key);
  }
  assert.fail(`${key} leads to ${name}, not to ${await focused(page)}`);
}
