// Pages on a phone.
import assert from "node:assert/strict";

/** Playwright's options for a browser as a phone has it. */
export const PHONE = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};

/** Nothing may scroll sideways. */
export async function fits(page, what) {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(width <= PHONE.viewport.width, `${what} is ${width} px wide`);
}
