// Files of transcripts, read by parsers of others (see cues.py): every cue is there, with
// its times, its speaker and its text.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const meetings = join(here, "..", "data", "meetings");
/** Most of a text that a chunk holds, in UTF-16 code units. */
const TEXT = 4_000;
/** What parsers stumble over. */
const HARD = [
  ["a ---->> b", "---->> and 1 --->--> 2"],
  ["a --> b", "00:00:01.000 --> 00:00:02.000 & <v Eve>not Eve</v>"],
  ["Ada: Lovelace <b>", "first line\nsecond\r\n\n3\n00:00:00,000 --> 00:00:01,000"],
  ["Zoë & Co", "&amp; is no & — 😀 \u2028 done"],
  ["WEBVTT", "NOTE this is said"],
];

/** Recorded meetings, each a list of [speaker, text]. */
function recorded() {
  const files = readdirSync(meetings).filter((name) => name.endsWith(".json.gz"));
  assert.ok(files.length > 5, String(files));
  return files.map((name) => {
    const { meeting_transcripts: turns } = JSON.parse(
      gunzipSync(readFileSync(join(meetings, name))).toString("utf8"),
    );
    const said = turns.map(({ speaker, content }) => [
      speaker.trim().slice(0, 100) || "Unknown",
      content.trim().slice(0, TEXT),
    ]);
    return [name, said.filter(([, text]) => text)];
  });
}

/** A text on one line, as files have it. */
const line = (text) =>
  text
    .split(/[\p{Cc}\u2028\u2029]/u)
    .map((part) => part.trim())
    .filter(Boolean)
    .join(" ");

/** Puts what was said into a meeting; the last is sent first. */
async function fill(call, token, said) {
  const { id } = await call("POST", "/v1/meetings", { title: "Recorded" }, token);
  const { startedAt } = await call("POST", `/v1/meetings/${id}/start`, undefined, token);
  const chunks = said.map(([label, text], at) => ({
    sourceId: "file",
    segmentId: String(at),
    text,
    startMs: startedAt + 1_234 * at,
    // Now and then of no length.
    endMs: startedAt + 1_234 * at + (at % 7) * 300,
    speaker: { label },
  }));
  for (let to = chunks.length; to > 0; to -= 50) {
    const some = chunks.slice(Math.max(0, to - 50), to);
    await call("POST", `/v1/meetings/${id}/transcript`, { chunks: some }, token);
  }
  return id;
}

/** What the parser of a format reads in a file. */
function cues(python, format, file) {
  const { status, stdout, stderr } = spawnSync(python, [join(here, "cues.py"), format], {
    input: file,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: { ...process.env, PYTHONUTF8: "1" },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout);
}

/** Recorded meetings and hard words, exported and read again. */
export async function check({ origin, python, call, token }) {
  let read = 0;
  for (const [name, said] of [...recorded(), ["hard", HARD]]) {
    const id = await fill(call, token, said);
    for (const format of ["vtt", "srt"]) {
      const answer = await fetch(
        `${origin}/v1/meetings/${id}/transcript/export?format=${format}`,
        { headers: { authorization: `Bearer ${token}` } },
      );
      assert.equal(answer.status, 200);
      // No arrow is left in a text that is not escaped.
      const words = (text) =>
        format === "srt" ? line(text).replaceAll("-->", "→") : line(text);
      const expected = said.map(([label, text], at) => ({
        startMs: 1_234 * at,
        endMs: 1_234 * at + Math.max(1, (at % 7) * 300),
        name: words(label),
        text: words(text),
      }));
      if (format === "srt") {
        // A reader splits name and text at the first colon.
        for (const cue of expected) {
          const whole = `${cue.name}: ${cue.text}`;
          const at = whole.indexOf(": ");
          Object.assign(cue, { name: whole.slice(0, at), text: whole.slice(at + 2) });
        }
      }
      assert.deepEqual(cues(python, format, await answer.text()), expected, `${name} ${format}`);
      read += expected.length;
    }
  }
  return read;
}
