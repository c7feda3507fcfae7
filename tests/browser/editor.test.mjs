// What the editor makes of formats.
import { scene } from "./support/scene.mjs";

scene("bold and slant go together and come off one by one", async (stage) => {
  const ann = await stage.person("Ann");
  const { editor, page } = await ann.enter(await stage.meeting(ann));
  await editor.toEnd();
  await editor.type("word");
  await page.keyboard.press("Control+a");
  for (const [key, text] of [
    ["Control+b", "**word**"],
    ["Control+i", "***word***"],
    ["Control+b", "*word*"],
    ["Control+b", "***word***"],
    ["Control+i", "**word**"],
    ["Control+b", "word"],
  ]) {
    await page.keyboard.press(key);
    await editor.shows(text);
  }
});
