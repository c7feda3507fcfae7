// People with a browser of their own, signed in as the app keeps it.
import { Editor } from "./editor.mjs";
import { until } from "./until.mjs";

/** A page's words about uncaught failures; a lost network is none. */
const BAD_CONSOLE = /Content Security Policy|Hydration|hydrat|Warning:|Uncaught/;

/** One person: an account, and a browser profile at one address of the server. */
export class Person {
  /** @param api their HTTP interface @param context their browser profile */
  constructor(api, context, origin) {
    this.api = api;
    this.context = context;
    this.origin = origin;
    /** What went wrong in their pages, unseen. */
    this.faults = [];
    context.on("page", (page) => {
      page.on("pageerror", (error) => this.faults.push(error.stack ?? String(error)));
      page.on("console", (message) => {
        if (BAD_CONSOLE.test(message.text())) this.faults.push(message.text());
      });
    });
  }

  get name() {
    return this.api.session.name ?? "stranger";
  }

  get email() {
    return this.api.session.email;
  }

  /** A new tab at a path. */
  async open(path) {
    const page = await this.context.newPage();
    await page.goto(this.origin + path);
    return page;
  }

  /** A new tab in a meeting's room, with its note open and the line up. */
  async enter(meeting) {
    const room = new Room(await this.open(`/room?id=${meeting}`));
    await room.editor.area.waitFor();
    await room.live();
    return room;
  }
}

/** A tab that shows a meeting's room. */
export class Room {
  constructor(page) {
    this.page = page;
    this.editor = new Editor(page);
    /** The line's state and what is unsent. */
    this.badge = page.getByTestId("connection");
  }

  /** What the badge says: its data and its words. */
  async state() {
    const { status, unsent, synced, saved } = await this.badge.evaluate((badge) => ({
      ...badge.dataset,
    }));
    const words = await this.badge.innerText();
    return {
      status,
      unsent: Number(unsent),
      synced: synced === "true",
      saved: saved === "true",
      words,
    };
  }

  /** Waits until the line is up and the server's note has come. */
  live() {
    const good = ({ status, synced }) => status === "live" && synced;
    return until("the room is live", () => this.state(), good);
  }

  /** Waits until the page knows that the line is down. */
  down() {
    const good = ({ status }) => status === "offline" || status === "connecting";
    return until("the room is offline", () => this.state(), good);
  }

  /** Waits until all that was written is on the server. */
  sent() {
    const good = ({ status, unsent }) => status === "live" && unsent === 0;
    return until("everything is sent", () => this.state(), good);
  }

  /** Waits until the pages are kept on this device. */
  async kept() {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
  }
}
