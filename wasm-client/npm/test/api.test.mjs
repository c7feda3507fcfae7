// The HTTP helper, against a fetch of the test's own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnvoError, createApi } from "@connvo/client";

function server(status, body, headers = {}) {
  const asked = [];
  const fetch = async (url, options) => {
    asked.push({ url, ...options });
    return new Response(typeof body === "string" ? body : JSON.stringify(body), {
      status,
      headers,
    });
  };
  const api = createApi({ url: "http://here/", token: async () => "t0", fetch });
  return { api, asked };
}

test("requests carry the token, the page and the body", async () => {
  const { api, asked } = server(200, { items: [], next: null });
  await api.meetings.list({ after: "a b", limit: 10 });
  await api.participants.invite("m/1", { email: "a@b.c", role: "observer" });
  assert.equal(asked[0].url, "http://here/v1/meetings?after=a+b&limit=10");
  assert.equal(asked[0].headers.authorization, "Bearer t0");
  assert.equal(asked[1].url, "http://here/v1/meetings/m%2F1/participants");
  assert.equal(asked[1].method, "POST");
  assert.deepEqual(JSON.parse(asked[1].body), { email: "a@b.c", role: "observer" });
});

test("what changes something goes under a key, its own or the caller's", async () => {
  const { api, asked } = server(200, {});
  await api.me();
  await api.meetings.create({ title: "One" });
  await api.meetings.start("m1");
  await api.request("POST", "/v1/orgs", { name: "Acme" }, "again");
  const keys = asked.map(({ headers }) => headers["idempotency-key"]);
  assert.equal(keys[0], undefined);
  assert.match(keys[1], /^[0-9a-f-]{36}$/);
  assert.match(keys[2], /^[0-9a-f-]{36}$/);
  assert.notEqual(keys[1], keys[2]);
  assert.equal(keys[3], "again");
});

test("a transcript is read by part, its speakers renamed, and had as a file", async () => {
  const file = "WEBVTT\n";
  const { api, asked } = server(200, file, { "content-disposition": "attachment" });
  const blob = await api.transcript.export("m", "vtt");
  assert.equal(await blob.text(), file);
  const other = server(200, { items: [], next: null });
  await other.api.transcript.list("m", { from: 5, speaker: "Ada B" });
  await other.api.transcript.rename("m", "Speaker 1/2", "Ada");
  await other.api.transcript.appendFrom("m", "deepgram", {
    sourceId: "s",
    startedAt: 1,
    messages: [],
  });
  const asks = [...asked, ...other.asked].map(({ method, url }) => `${method} ${url}`);
  const root = "http://here/v1/meetings/m/transcript";
  assert.deepEqual(asks, [
    `GET ${root}/export?format=vtt`,
    `GET ${root}?from=5&speaker=Ada+B`,
    `PUT ${root}/speakers/Speaker%201%2F2`,
    `POST ${root}/deepgram`,
  ]);
});

test("meetings are found, changed and joined, and people answered, by their own paths", async () => {
  const { api, asked } = server(200, {});
  const which = { state: "active", type: "instant", q: "a&b", tag: "t", role: "host" };
  await api.meetings.list(which);
  await api.meetings.public({ from: 1, to: 2, after: null });
  await api.meetings.update("m", { description: null });
  await api.meetings.cancel("m", true);
  await api.meetings.accept("m");
  await api.meetings.join("m/1");
  await api.meetings.lowerHand("m");
  await api.meetings.handOver("m", "u");
  await api.participants.change("m", "a@b.c", { role: "observer" });
  await api.participants.approve("m", "u/1");
  await api.transcript.segments("m", { limit: 5 });
  await api.search({ q: '"a b" -c', meetingId: "m" });
  const root = "http://here/v1/meetings";
  assert.deepEqual(
    asked.map(({ method, url }) => `${method} ${url}`),
    [
      `GET ${root}?state=active&type=instant&q=a%26b&tag=t&role=host`,
      `GET ${root}/public?from=1&to=2`,
      `PATCH ${root}/m`,
      `POST ${root}/m/cancel?wholeSeries=true`,
      `POST ${root}/m/accept`,
      `POST ${root}/m%2F1/join`,
      `DELETE ${root}/m/hand`,
      `POST ${root}/m/host`,
      `PATCH ${root}/m/participants/a%40b.c`,
      `POST ${root}/m/participants/u%2F1/approve`,
      `GET ${root}/m/segments?limit=5`,
      "GET http://here/v1/search?q=%22a+b%22+-c&meetingId=m",
    ],
  );
  assert.deepEqual(JSON.parse(asked[2].body), { description: null });
  assert.deepEqual(JSON.parse(asked[7].body), { userId: "u" });
});

test("a calendar is a file, and a search is taken back", async () => {
  const calendar = "BEGIN:VCALENDAR";
  const type = { "content-type": "text/calendar; charset=utf-8" };
  const { api, asked } = server(200, calendar, type);
  assert.equal(await (await api.meetings.calendar()).text(), calendar);
  await api.meetings.calendar("m");
  assert.equal(asked[0].url, "http://here/v1/me/calendar.ics");
  assert.equal(asked[1].url, "http://here/v1/meetings/m/calendar.ics");

  const stop = new AbortController();
  const fetch = (_, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
      stop.abort();
    });
  const slow = createApi({ url: "http://here", token: () => "t", fetch });
  await assert.rejects(slow.search({ q: "a" }, stop.signal), { code: "UNAVAILABLE" });
});

test("a problem becomes a ConnvoError with its fields", async () => {
  const problem = {
    code: "VALIDATION_ERROR",
    detail: "/title: a title is needed",
    errors: [{ pointer: "/title", message: "a title is needed" }],
    requestId: "r1",
  };
  const { api } = server(422, problem);
  await assert.rejects(api.meetings.create({ title: "" }), (error) => {
    assert.ok(error instanceof ConnvoError);
    assert.equal(error.code, "VALIDATION_ERROR");
    assert.equal(error.message, problem.detail);
    assert.deepEqual(error.errors, problem.errors);
    assert.equal(error.requestId, "r1");
    return true;
  });
});

test("what a proxy answers is told by its status, with the wait", async () => {
  const { api } = server(503, "<h1>busy</h1>", { "retry-after": "7" });
  await assert.rejects(api.me(), { code: "UNAVAILABLE", retryAfter: 7000 });
});

test("a server that cannot be reached is UNAVAILABLE", async () => {
  const fetch = async () => {
    throw new TypeError("fetch failed");
  };
  const api = createApi({ url: "http://here", token: () => "t", fetch });
  await assert.rejects(api.me(), { name: "ConnvoError", code: "UNAVAILABLE" });
});
