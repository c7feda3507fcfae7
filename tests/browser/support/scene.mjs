// A scene is a test with people in it: one Chromium and one server for a file, a
// meeting and fresh people for each scene, photographs when it fails.
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { signIn } from "./api.mjs";
import { Person } from "./people.mjs";
import { Proxy } from "./proxy.mjs";
import { Server } from "./server.mjs";
import { PATIENCE_MS } from "./until.mjs";

const failures = join(dirname(fileURLToPath(import.meta.url)), "..", "failures");
const BROWSERS = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/google-chrome"];
const FLAGS = [
  "no-sandbox",
  "disable-gpu",
  "disable-quic",
  "disable-dev-shm-usage",
  "no-first-run",
  "disable-background-networking",
  "disable-component-update",
  "disable-sync",
];

let browser;
let server;
let settings = {};
let people = 0;

/** The file's browser, started at its first use. */
function theBrowser() {
  browser ??= chromium.launch({
    executablePath: BROWSERS.find((path) => path && existsSync(path)),
    args: FLAGS.map((flag) => `--${flag}`),
  });
  return browser;
}

after(async () => {
  await (await browser)?.close();
  await (await server)?.stop();
});

/** Settings, as environment variables, of the server of this file: before its scenes. */
export function serverWith(environment) {
  settings = environment;
}

/** What a scene has at hand. */
class Stage {
  #cast = [];
  #wires = [];

  /** The server of this file; scenes that kill it bring it back. */
  get server() {
    server ??= Server.start(settings);
    return server;
  }

  /** A wire to the server that can be cut. */
  async wire() {
    const wire = await Proxy.open((await this.server).port);
    this.#wires.push(wire);
    return wire;
  }

  /**
   * Somebody new, signed in, who reaches the server at `origin` (a wire's).
   * `options` are Playwright's for a browser profile.
   */
  async person(name, { origin, email, ...options } = {}) {
    const direct = (await this.server).origin;
    const at = origin ?? direct;
    people += 1;
    const address = email ?? `${name.toLowerCase()}.${people}@example.org`;
    const api = await signIn(direct, name, address);
    const kept = { name: "connvo.session", value: JSON.stringify(api.session) };
    const storageState = { cookies: [], origins: [{ origin: at, localStorage: [kept] }] };
    // Whoever cannot be cut off needs no pages kept on the device: that is quicker.
    const serviceWorkers = origin ? "allow" : "block";
    return this.#profile(api, at, { storageState, serviceWorkers, ...options });
  }

  /** The administrator of the platform. */
  admin(options = {}) {
    return this.person("Ada Min", { email: "admin@example.com", ...options });
  }

  /** Several new people, by name. */
  people(...names) {
    return Promise.all(names.map((name) => this.person(name)));
  }

  /** Somebody who is not signed in yet. */
  async stranger(options = {}) {
    return this.#profile({ session: {} }, (await this.server).origin, options);
  }

  async #profile(api, origin, options) {
    const context = await (await theBrowser()).newContext(options);
    context.setDefaultTimeout(PATIENCE_MS);
    const person = new Person(api, context, origin);
    this.#cast.push(person);
    return person;
  }

  /** A meeting of `host`, with `guests` as `[person, role?]` or just people. */
  async meeting(host, ...guests) {
    const id = await host.api.meeting("Weekly");
    for (const guest of guests) {
      const [person, role] = Array.isArray(guest) ? guest : [guest];
      await host.api.invite(id, person.email, role);
    }
    return id;
  }

  /** All of them come into a meeting's room at once; answers their rooms in order. */
  enter(meeting, ...people) {
    return Promise.all(people.map((person) => person.enter(meeting)));
  }

  /** Nothing may have failed behind the pages' backs. */
  quiet() {
    for (const { name, faults } of this.#cast) {
      assert.deepEqual(faults, [], `${name}'s pages had no fault`);
    }
  }

  /** What everybody sees, and what the server said. */
  async photograph(title) {
    mkdirSync(failures, { recursive: true });
    for (const { context, name, faults } of this.#cast) {
      for (const [tab, page] of context.pages().entries()) {
        const path = join(failures, file(title, name, tab));
        await page.screenshot({ path, timeout: 10_000 }).catch(() => undefined);
        console.error(`${name}, tab ${tab}: ${page.url()} in ${path}`);
      }
      if (faults.length > 0) console.error(`${name}'s faults:`, faults);
    }
    console.error((await server)?.log ?? "");
  }

  async close() {
    for (const { context } of this.#cast) await context.close();
    for (const wire of this.#wires) await wire.cut();
  }
}

function file(title, name, tab) {
  return `${title.replace(/\W+/g, "-").slice(0, 60)}.${name}.${tab}.png`;
}

/** A test that plays on a stage of its own. */
export function scene(title, play) {
  test(title, { timeout: 4 * PATIENCE_MS }, async () => {
    const stage = new Stage();
    try {
      await play(stage);
      stage.quiet();
    } catch (failure) {
      await stage.photograph(title);
      throw failure;
    } finally {
      await stage.close();
    }
  });
}
