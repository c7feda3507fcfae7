// The package in Next.js (Turbopack and webpack), in Vite and in a page without any
// bundler: each is built with no setting for it, then run in Chromium, where a
// person types, reloads and finds the text again. No server is there: the notes are
// those of a device that is offline.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { client, folder, here, launch, serve } from "./page.mjs";

/** Runs npm in a folder; what it printed goes into the error. */
function npm(cwd, ...words) {
  return new Promise((done, failed) => {
    const child = spawn("npm", words, {
      cwd,
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let printed = "";
    child.stdout.on("data", (text) => (printed += text));
    child.stderr.on("data", (text) => (printed += text));
    child.on("error", failed);
    child.on("exit", (code) =>
      code === 0 ? done(printed) : failed(new Error(`${cwd}: ${printed}`)),
    );
  });
}

/** Runs an npm script of a workspace. */
const build = (name, script = "build") => npm(join(here, name), "run", "--silent", script);

let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** A token of nobody: no server asks. Its subject names the records. */
const CLAIMS = Buffer.from(JSON.stringify({ iss: "try", sub: "next" })).toString("base64url");
const TOKEN = JSON.stringify({ token: `e30.${CLAIMS}.` });

/** A person types, sees it saved, reloads, and finds it once. */
async function typesAndReloads(find) {
  const server = await serve((path) =>
    path === "/api/connvo-token" ? TOKEN : find(path),
  );
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

/** What another tab wrote comes in; the caret stays among its own words. */
async function keepsCaret(find) {
  const server = await serve((path) =>
    path === "/api/connvo-token" ? TOKEN : find(path),
  );
  const context = await browser.newContext();
  const open = async (words) => {
    const page = await context.newPage();
    await page.goto(`${server.origin}/`);
    const saved = page.locator("#saved").getByText("saved", { exact: true });
    await saved.waitFor();
    await page.getByLabel("Meeting notes").click();
    await page.keyboard.type(words);
    await saved.waitFor();
    return page;
  };
  try {
    const [other, page] = [await open("Theirs. "), await open("Mine")];
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await other.close();
    await page.waitForFunction(() =>
      document.querySelector("textarea").value.includes("Theirs. "),
    );
    const [before, after] = await page.evaluate(() => {
      const { value, selectionStart: at } = document.querySelector("textarea");
      return [value.slice(0, at), value.slice(at)];
    });
    assert.ok(before.endsWith("Mi") && after.startsWith("ne"), `${before}|${after}`);
  } finally {
    await context.close();
    await server.stop();
  }
}

const FILES = ["meeting-note.tsx", "token.ts", "note-area.tsx", "textarea.ts"];

test("the examples in the READMEs are the ones that are tried here", () => {
  const shown = [
    [join(client, "README.md"), ["page.tsx", ...FILES]],
    [join(here, "..", "..", "README.md"), FILES],
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
    await keepsCaret(pages);
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

/** The page without a bundler, with the package's files from a folder. */
function plain(root) {
  const own = folder(join(here, "plain"));
  const page = own("/").toString();
  const [, map] = page.match(/<script type="importmap">([^]*?)<\/script>/);
  const hash = createHash("sha256").update(map).digest("base64");
  const sealed = page.replace("sha256-IMPORTMAP", `sha256-${hash}`);
  const packaged = folder(root);
  return (path) => {
    if (path === "/") return sealed;
    const inside = path.match(/^\/connvo(\/(?:dist|wasm)\/.*)$/);
    return inside ? packaged(inside[1]) : own(path);
  };
}

test("without a bundler, under a content security policy, a note works", () =>
  typesAndReloads(plain(client)));

test("packed and installed as a stranger would, it is all there and works", async () => {
  const home = mkdtempSync(join(tmpdir(), "connvo-packed-"));
  try {
    await npm(client, "pack", "--pack-destination", home);
    const [tarball] = readdirSync(home).filter((name) => name.endsWith(".tgz"));
    writeFileSync(join(home, "package.json"), '{"private":true,"type":"module"}');
    await npm(home, "install", "--offline", "--no-audit", "--no-fund", `./${tarball}`);
    const installed = join(home, "node_modules", "@connvo", "client");
    assert.ok(!lstatSync(installed).isSymbolicLink(), "no workspace link");
    for (const name of ["README.md", "LICENSE-MIT", "LICENSE-APACHE", "dist/react.d.ts"]) {
      assert.ok(existsSync(join(installed, name)), name);
    }
    assert.ok(!existsSync(join(installed, "src")), "no sources");
    await typesAndReloads(plain(installed));
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
