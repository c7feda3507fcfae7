// Calendars, read by a parser of others (see events.py): every event is there with what
// the meeting says, however its words are, and nothing else is.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const MINUTE = 60_000;
/** What parsers stumble over. */
const HARD = [
  "a;b,c\\d\nATTENDEE:mailto:x@example.com\r\u000bEND:VEVENT",
  'say "hi"; X-A=1:2, \\n is no line end \\\\N \\; ^n ^^ ^\'',
  "Zoë & 日本語 😀 \u2028 \u0085 done",
  "é".repeat(190),
  "BEGIN:VEVENT\r\n SUMMARY:folded\r\n\tmore",
];
const NAMES = [
  "Zoë; O'Hara, \"Q\": 日本",
  "a^nb^^c^'d",
  "Not Coming",
  "back\\slash\\n;x=y",
];

/** A text as a calendar keeps it. */
const plain = (text) =>
  text.replaceAll("\r\n", "\n").replace(/(?![\n\t])\p{Cc}/gu, " ");

/** What the parser reads in a calendar, by title and start. */
async function events({ origin, python }, path, token) {
  const answer = await fetch(`${origin}${path}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  assert.equal(answer.status, 200);
  const { status, stdout, stderr } = spawnSync(python, [join(here, "events.py")], {
    input: Buffer.from(await answer.arrayBuffer()),
    maxBuffer: 1 << 28,
    env: { ...process.env, PYTHONUTF8: "1" },
  });
  assert.equal(status, 0, String(stderr));
  return JSON.parse(stdout);
}

const sorted = (list) =>
  list.toSorted((one, other) =>
    one.uid === other.uid ? one.startMs - other.startMs : one.uid < other.uid ? -1 : 1,
  );

/** Meetings of many kinds, each in its own calendar and all in a person's. */
export async function check({ origin, python, call, signIn }) {
  const line = { origin, python };
  const tag = Math.random().toString(36).slice(2);
  const mail = (who) => `${who}.${tag}@example.com`;
  const host = await signIn(mail("planner"), NAMES[0]);
  const guests = [];
  for (const [at, name] of NAMES.slice(1).entries()) {
    guests.push({ ...(await signIn(mail(`guest${at}`), name)), email: mail(`guest${at}`), name });
  }
  const named = (name) => name.replaceAll('"', "'");
  const chair = {
    address: `mailto:${mail("planner")}`,
    name: named(NAMES[0]),
    role: "CHAIR",
    answer: "ACCEPTED",
  };
  const { role: _, answer: __, ...organizer } = chair;
  const soon = Math.ceil(Date.now() / MINUTE) * MINUTE + 24 * 60 * MINUTE;
  const expected = [];
  let read = 0;

  /** Makes a meeting, invites everybody, and reads its own calendar. */
  const meeting = async (draft, { people = true, ...more } = {}) => {
    const made = await call("POST", "/v1/meetings", draft, host.token);
    const attendees = [chair];
    const answers = [
      ["accept", "ACCEPTED"],
      ["decline", "DECLINED"],
      ["accept", "ACCEPTED"],
    ];
    for (const [at, guest] of (people ? guests : []).entries()) {
      const role = at === 0 ? "participant" : "observer";
      const path = `/v1/meetings/${made.id}`;
      await call("POST", `${path}/participants`, { email: guest.email, role }, host.token);
      const [verb, answer] = answers[at];
      await call("POST", `${path}/${verb}`, undefined, guest.token);
      const address = `mailto:${guest.email}`;
      const part = at === 0 ? "REQ-PARTICIPANT" : "OPT-PARTICIPANT";
      // Of who does not take part a meeting shows no name.
      const name = answer === "ACCEPTED" ? { name: named(guest.name) } : {};
      attendees.push({ address, ...name, role: part, answer });
    }
    if (people) {
      // Somebody who was never here has an address and no name.
      const email = mail("never+%here");
      const whom = { email, role: "participant" };
      await call("POST", `/v1/meetings/${made.id}/participants`, whom, host.token);
      const address = `mailto:${email.replaceAll("%", "%25")}`;
      attendees.push({ address, role: "REQ-PARTICIPANT", answer: "NEEDS-ACTION" });
    }
    const event = {
      uid: made.seriesId ?? made.id,
      title: plain(made.title),
      description: plain(made.description ?? ""),
      status: "CONFIRMED",
      startMs: draft.scheduledAt,
      endMs: draft.scheduledAt + (draft.durationMinutes ?? 60) * MINUTE,
      zone: null,
      every: null,
      untilMs: null,
      off: [],
      insteadOf: null,
      organizer: [organizer],
      attendees: attendees.toSorted((one, other) => (one.address < other.address ? -1 : 1)),
      others: [],
      ...more,
    };
    const path = `/v1/meetings/${made.id}/calendar.ics`;
    assert.deepEqual(await events(line, path, host.token), [event]);
    read += 1;
    // In the host's own calendar stands nobody else.
    expected.push({ ...event, attendees: [chair] });
    return made;
  };

  for (const [at, words] of HARD.entries()) {
    await meeting({
      title: words.slice(0, 200),
      description: `${words}\n${HARD.join("\n")}`.slice(0, 1_000),
      scheduledAt: soon + at * 90 * MINUTE,
      durationMinutes: 15 + at,
    });
  }
  // A series across the night in which the clocks go forward: nine in Lisbon both times.
  const first = Date.UTC(2030, 2, 25, 9);
  const series = {
    title: "Weekly",
    type: "recurring",
    scheduledAt: first,
    durationMinutes: 45,
    rrule: "FREQ=WEEKLY;COUNT=2",
    timezone: "Europe/Lisbon",
  };
  await meeting(series, {
    people: false,
    zone: "Europe/Lisbon",
    every: ["WEEKLY"],
    untilMs: [Date.UTC(2030, 3, 1, 8)],
  });
  // It is too far off for a person's calendar.
  expected.pop();
  const near = { ...series, scheduledAt: soon, timezone: "Asia/Kolkata" };
  await meeting(near, {
    people: false,
    zone: "Asia/Kolkata",
    every: ["WEEKLY"],
    untilMs: [soon + 7 * 24 * 60 * MINUTE],
  });
  // Of a longer one two dates are called off, and one is a day early.
  const DAY = 24 * 60 * MINUTE;
  const five = { ...near, title: "Changed", rrule: "FREQ=WEEKLY;COUNT=5" };
  const changed = await meeting(five, {
    people: false,
    zone: five.timezone,
    every: ["WEEKLY"],
    untilMs: [soon + 28 * DAY],
  });
  for (const [week, to] of [[1, null], [2, soon + 13 * DAY], [3, null]]) {
    const date = { occurrenceAt: soon + 7 * week * DAY, scheduledAt: to };
    await call("PATCH", `/v1/meetings/${changed.id}`, date, host.token);
  }
  const whole = expected.at(-1);
  whole.off = [7, 21].map((days) => soon + days * DAY);
  expected.push({
    ...whole,
    off: [],
    every: null,
    untilMs: null,
    insteadOf: soon + 14 * DAY,
    startMs: soon + 13 * DAY,
    endMs: soon + 13 * DAY + whole.endMs - whole.startMs,
  });
  const both = await events(line, `/v1/meetings/${changed.id}/calendar.ics`, host.token);
  assert.deepEqual(sorted(both), sorted(expected.slice(-2)));
  const off = await meeting({ title: "Off", scheduledAt: soon }, { people: false });
  await call("POST", `/v1/meetings/${off.id}/cancel`, undefined, host.token);
  expected.at(-1).status = "CANCELLED";

  const own = await events(line, "/v1/me/calendar.ics", host.token);
  assert.deepEqual(sorted(own), sorted(expected));
  return read + own.length;
}
