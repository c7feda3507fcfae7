// The server loses its power twice while two people write.
import { agreed, eachOnce, tokens } from "./support/agreement.mjs";
import { scene } from "./support/scene.mjs";
import { until } from "./support/until.mjs";

scene(
  "the server is killed and started again while both type, and nothing is lost",
  async (stage) => {
    const server = await stage.server;
    const [ann, ben] = await stage.people("Ann", "Ben");
    const meeting = await stage.meeting(ann, ben);
    const [annes, bens] = await stage.enter(meeting, ann, ben);
    const [first, second] = [tokens("a", 60), tokens("b", 60)];
    const write = async (room, words) => {
      await room.editor.toEnd();
      await room.page.keyboard.type(words.join(""), { delay: 15 });
    };
    const writing = Promise.all([write(annes, first), write(bens, second)]);
    const shows = (room, word) => room.editor.shows((text) => text.includes(word));

    // The server has acknowledged some; more is on its way.
    const some = (text) => text.includes("a05;") && text.includes("b05;");
    await until("the server has the first words", () => ann.api.note(meeting), some);
    await server.kill();
    await shows(annes, "a20;");
    await server.start();
    await until(
      "the server has more",
      () => ann.api.note(meeting),
      (text) => text.includes("a20;"),
    );
    await server.kill();
    await writing;
    await server.start();

    const text = await agreed(ann.api, meeting, annes, bens);
    eachOnce(text, [...first, ...second]);
  },
);
