// Speech capture, against a recogniser and a client of the test's own.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { ConnvoError } from "@connvo/client";
import { captureSpeech, recognises } from "../dist/speech.js";

let made;

class Recogniser {
  constructor() {
    made.push(this);
  }
  start() {
    this.started = true;
  }
  stop() {
    this.started = false;
    this.onend?.();
  }
  hears(resultIndex, ...results) {
    const all = results.map(([transcript, isFinal]) => {
      const result = [{ transcript, confidence: 0.5 }];
      result.isFinal = isFinal;
      return result;
    });
    this.onresult({ timeStamp: 0, resultIndex, results: all });
  }
}

/** A client that keeps what it is asked; `answers` is what becomes of the next calls. */
function client(answers = []) {
  const calls = [];
  const call = async (command) => {
    calls.push(command);
    const failure = answers.shift();
    if (failure) throw failure;
    return { sequences: [] };
  };
  return { calls, call, connection: () => ({ clockOffsetMs: 5_000 }) };
}

/** Lets promises settle, then so much time pass. */
async function pass(ms) {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  mock.timers.tick(ms);
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

const texts = (calls) =>
  calls.flatMap(({ messages }) =>
    messages.flatMap(({ results }) => results.map((it) => it && it[0].transcript)),
  );

beforeEach(() => {
  made = [];
  globalThis.SpeechRecognition = Recogniser;
  mock.timers.enable({ apis: ["setTimeout"] });
});

afterEach(() => {
  mock.timers.reset();
  delete globalThis.SpeechRecognition;
});

const unexpected = (error) => assert.fail(String(error));

test("where there is no recogniser it says so", () => {
  assert.equal(recognises(), true);
  delete globalThis.SpeechRecognition;
  assert.equal(recognises(), false);
  assert.throws(() => captureSpeech(client(), "m", {}, unexpected), ConnvoError);
});

test("interim results gather and final ones go at once, with what was before", async () => {
  const to = client();
  const stop = captureSpeech(to, "m", { language: "en-GB" }, unexpected);
  const [recogniser] = made;
  assert.deepEqual(
    [recogniser.lang, recogniser.continuous, recogniser.interimResults, recogniser.started],
    ["en-GB", true, true, true],
  );
  recogniser.hears(0, ["so", false]);
  recogniser.hears(0, ["so what", false], ["now", false]);
  assert.equal(to.calls.length, 0);
  await pass(300);
  assert.deepEqual(texts(to.calls), ["so what", "now"]);
  const [{ type, meetingId, provider, language, messages, startedAt }] = to.calls;
  assert.deepEqual(
    [type, meetingId, provider, language],
    ["appendProviderTranscript", "m", "web-speech", "en-GB"],
  );
  const now = startedAt + messages[0].timeStamp;
  assert.ok(Math.abs(now - Date.now() - 5_000) < 2_000, "by the server's clock");
  recogniser.hears(0, ["So what?", true]);
  await pass(0);
  const last = to.calls.at(-1).messages.at(-1);
  assert.deepEqual([last.resultIndex, last.resultsBefore, last.results.length], [0, 2, 1]);
  assert.equal(last.results[0].heardAt, messages[0].results[0].heardAt);
  stop();
});

test("a recogniser that ends is started again as another source, and what it left is taken back", async () => {
  const to = client();
  const stop = captureSpeech(to, "m", {}, unexpected);
  made[0].hears(0, ["One.", true], ["tw", false]);
  await pass(0);
  made[0].onerror({ error: "no-speech" });
  made[0].onend();
  await pass(300);
  const end = to.calls.at(-1).messages.at(-1);
  assert.deepEqual([end.results, end.resultsBefore], [[null], 2]);
  await pass(1_000);
  assert.equal(made.length, 2);
  made[1].hears(0, ["Two.", true]);
  await pass(0);
  assert.notEqual(to.calls.at(-1).sourceId, to.calls[0].sourceId);
  stop();
  await pass(10_000);
  assert.deepEqual([made.length, made[1].started], [2, false]);
});

test("final results wait where the server is busy, and a refusal ends it", async () => {
  const busy = new ConnvoError({ code: "RATE_LIMITED", detail: "slow", retryAfterMs: 700 });
  const no = new ConnvoError({ code: "MEETING_NOT_ACTIVE", detail: "over" });
  const to = client([busy, null, no]);
  const failures = [];
  captureSpeech(to, "m", {}, (error) => failures.push(error.code));
  made[0].hears(0, ["One.", true]);
  await pass(0);
  await pass(699);
  assert.equal(to.calls.length, 1);
  await pass(1);
  assert.deepEqual(texts(to.calls), ["One.", "One."]);
  made[0].hears(1, ["One.", true], ["Two.", true]);
  await pass(300);
  assert.deepEqual(failures, ["MEETING_NOT_ACTIVE"]);
  assert.equal(made[0].started, false);
  await pass(10_000);
  assert.equal(made.length, 1);
});

test("a microphone that may not be used ends it", async () => {
  const failures = [];
  captureSpeech(client(), "m", {}, (error) => failures.push(error.message));
  made[0].onerror({ error: "not-allowed" });
  made[0].onend();
  await pass(10_000);
  assert.deepEqual(failures, ["Speech recognition: not-allowed."]);
  assert.equal(made.length, 1);
});
