// Finishes the export in `out/`:
// 1. moves every inline script into a file of its own, so that the page runs
//    under `script-src 'self' 'wasm-unsafe-eval'`, without hashes;
// 2. writes the service worker with the list of what a page needs offline.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

const out = new URL("../out/", import.meta.url).pathname;
const INLINE = /<script((?:(?!\bsrc=)[^>])*)>([\s\S]*?)<\/script>/g;

const files = await filesIn(out);
const pages = files.filter((file) => file.endsWith(".html"));
await mkdir(join(out, "_next/static/inline"), { recursive: true });

for (const page of pages) {
  const html = await readFile(join(out, page), "utf8");
  const scripts = new Map();
  const sealed = html.replace(INLINE, (whole, attributes, body) => {
    if (!body.trim() || /type="application\//.test(attributes)) return whole;
    const path = `_next/static/inline/${hash(body)}.js`;
    scripts.set(path, body);
    return `<script${attributes} src="/${path}"></script>`;
  });
  for (const [path, body] of scripts) await writeFile(join(out, path), body);
  await writeFile(join(out, page), sealed);
}

const kept = (await filesIn(out)).filter(
  (file) =>
    (file.startsWith("_next/static/") && !file.endsWith(".map")) ||
    ["index.html", "room.html", "sign-in.html"].includes(file) ||
    ["theme.js", "icon.svg"].includes(file),
);
const digest = createHash("sha256");
for (const file of kept) digest.update(await readFile(join(out, file)));
const worker = await readFile(new URL("worker.js", import.meta.url), "utf8");
await writeFile(
  join(out, "sw.js"),
  worker
    .replace("__VERSION__", digest.digest("hex").slice(0, 16))
    .replace("__FILES__", JSON.stringify(kept.map(address), null, 2)),
);
console.log(`sealed ${pages.length} pages, ${kept.length} files kept offline`);

function address(file) {
  if (file === "index.html") return "/";
  return `/${file.replace(/\.html$/, "")}`;
}

function hash(text) {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

async function filesIn(folder) {
  const entries = await readdir(folder, {
    recursive: true,
    withFileTypes: true,
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(out, join(entry.parentPath, entry.name)))
    .map((file) => file.split(sep).join("/"))
    .sort();
}
