// The parts of a room beside the note.

/** Shows a part of the room, by the tab that is on the screen. */
export async function show({ page }, part) {
  const tab = page
    .getByRole("navigation", { name: /Beside the note|Parts of the room/ })
    .filter({ visible: true })
    .getByRole("button", { name: part });
  await tab.click();
}
