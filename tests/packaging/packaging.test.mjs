// The package in Next.js (Turbopack and webpack), in Vite and in a page without any
// bundler: each is built with no setting for it, then run in Chromium, where a
// person types, reloads and finds the text again. No server is there: the notes are
// those of a device that is offline.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { client, folder, here, launch, serve } from "./page.mjs";

/** Runs an npm script of a workspace; what it printed goes into the error. */
function build(name, script = "build") {
  return new Promise((done, failed) => {
    const child = spawn("npm", ["run", "--silent", script], {
      cwd: join(here, name),
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    child.stdout.on("data", (text) => (printed += text));
    child.stderr.on("data", (text) => (printed += text));
    child.on("error", failed);
    child.on("exit", (code) =>
      code === 0 ? done(printed) : failed(new Error(`${name}: ${printed}`)),
    );
  });
}

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** A person types, sees it saved, reloads, and finds it once. */
async function typesAndReloads(find) {
  const server = await serve(find);
  const context = await browser.newContext();
  const page = await context.newPage();
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  // The live socket has no server here: that alone may be complained about.
  page.on("console", (message) => {
    const text = message.text();
    if (message.type() === "error" && !/WebSocket|favicon|404/.test(text)) wrong.push(text);
  });
  try {
    await page.goto(`${server.origin}/`);
    const area = page.getByLabel("Meeting notes");
    // The note is open when it says that nothing is unsaved.
    const saved = page.locator("#saved").getByText("saved", { exact: true });
    await saved.waitFor();
    await area.click();
    await page.keyboard.type("Typed offline");
    await saved.waitFor();
    assert.equal(await area.inputValue(), "Typed offline");

    await page.reload();
    await page.waitForFunction(
      () => document.querySelector("textarea")?.value === "Typed offline",
    );
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
    await server.stop();
  }
}

test("the examples in the READMEs are the ones that are tried here", () => {
  const shown = [
    [join(client, "README.md"), ["page.tsx", "meeting-note.tsx", "note-area.tsx", "replace-with.ts"]],
    [join(here, "..", "..", "README.md"), ["meeting-note.tsx", "note-area.tsx"]],
  ];
  for (const [path, names] of shown) {
    const readme = readFileSync(path, "utf8");
    for (const name of names) {
      const source = readFileSync(join(here, "next", "app", name), "utf8");
      assert.ok(readme.includes(source), `app/${name} is not what ${path} shows`);
    }
  }
});

describe("Next.js", { concurrency: 1 }, () => {
  const pages = folder(join(here, "next", "out"));

  test("built by Turbopack, a note works and survives a reload", async () => {
    await build("next");
    const first = pages("/").toString();
    assert.match(first, /Opening the note/, "the server's half renders");
    await typesAndReloads(pages);
  });

  test("built by webpack, a note works and survives a reload", async () => {
    await build("next", "build:webpack");
    await typesAndReloads(pages);
  });
});

test("built by Vite, a note works and survives a reload", async () => {
  await build("vite");
  await typesAndReloads(folder(join(here, "vite", "dist")));
});

test("without a bundler, under a content security policy, a note works", async () => {
  const own = folder(join(here, "plain"));
  const page = own("/").toString();
  const [, map] = page.match(/<script type="importmap">([^]*?)<\/script>/);
  const hash = createHash("sha256").update(map).digest("base64");
  const sealed = page.replace("sha256-IMPORTMAP", `sha256-${hash}`);
  const packaged = folder(client);
  await typesAndReloads((path) => {
    if (path === "/") return sealed;
    const inside = path.match(/^\/connvo(\/(?:dist|wasm)\/.*)$/);
    return inside ? packaged(inside[1]) : own(path);
  });
});
