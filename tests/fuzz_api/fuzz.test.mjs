// Every operation of /openapi.json with made-up input, valid and not, against a live
// server: no 5xx, no undocumented status, nothing that its schema does not say.
// API_FUZZ_SEED and API_FUZZ_EXAMPLES (cases an operation) change the run.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Server } from "../browser/support/server.mjs";
import * as calendars from "./calendars.mjs";
import { check } from "./exports.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const seed = process.env.API_FUZZ_SEED ?? "20261126";
const examples = process.env.API_FUZZ_EXAMPLES ?? "40";
const tools = process.env.FUZZ_TOOLS ?? join(here, "..", "..", "target", "fuzz-api");
const secrets = { workos: "whsec_fuzz", billing: "whsec_fuzz_billing" };
const CHECKS = [
  "not_a_server_error",
  "status_code_conformance",
  "content_type_conformance",
  "response_headers_conformance",
  "response_schema_conformance",
  "ignored_auth",
];

/** Runs a program; answers its status and what it said. */
function run(command, words, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { env: { ...process.env, ...env }, cwd: here });
    let said = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (words) => (said += words));
    }
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, said }));
  });
}

/** schemathesis of requirements.txt, in an environment of its own. */
async function schemathesis() {
  const wanted = createHash("sha256");
  wanted.update(readFileSync(join(here, "requirements.txt")));
  const stamp = wanted.digest("hex");
  const venv = join(tools, "venv");
  const mark = join(venv, "installed");
  if (!existsSync(mark) || readFileSync(mark, "utf8") !== stamp) {
    mkdirSync(tools, { recursive: true });
    const python = process.env.PYTHON ?? "python3";
    const made = await run(python, ["-m", "venv", venv]).catch((error) => ({
      status: -1,
      said: `needs Python 3.10 or newer with venv (Debian: python3-venv): ${error.message}`,
    }));
    assert.equal(made.status, 0, made.said);
    const words = ["install", "--quiet", "--disable-pip-version-check", "-r"];
    const pip = join(venv, "bin", "pip");
    const installed = await run(pip, [...words, join(here, "requirements.txt")]);
    assert.equal(installed.status, 0, installed.said);
    writeFileSync(mark, stamp);
  }
  return join(venv, "bin", "schemathesis");
}

/** Which answers each operation gave, a line each: `200 GET /v1/me`. */
const folder = mkdtempSync(join(tmpdir(), "connvo-fuzz-"));
const answers = join(folder, "answers");

let [server, program, people, stage] = [];

before(async () => {
  program = await schemathesis();
  server = await Server.start({
    CONNVO_RATE_LIMITS: "off",
    CONNVO_ADMINS: "admin@example.com",
    CONNVO_BILLING_WEBHOOK_SECRET: secrets.billing,
    CONNVO_WORKOS_CLIENT_ID: "client_fuzz",
    // Nobody answers there, and nobody has to.
    CONNVO_WORKOS_API_URL: "http://127.0.0.1:9",
    CONNVO_WORKOS_WEBHOOK_SECRET: secrets.workos,
  });
  people = {};
  for (const name of ["host", "stranger", "left", "admin", "guest", "peer", "outcast"]) {
    people[name] = await signIn(`${name}@example.com`, name);
  }
  stage = await furnish(people);
});

after(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function call(method, path, body, token) {
  const answer = await fetch(`${server.origin}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : undefined;
}

const signIn = (email, name) => call("POST", "/dev/token", { email, name });

/** Meetings with people, a note and a transcript, and an organisation. */
async function furnish({ host, guest, left, admin, peer, outcast }) {
  const post = (path, body) => call("POST", path, body, host.token);
  const [meetings, spare] = [[], []];
  for (let at = 0; at < 6; at += 1) {
    const { id } = await post("/v1/meetings", { title: `Meeting ${at}`, isPublic: at === 0 });
    (at < 2 ? meetings : spare).push(id);
    await post(`/v1/meetings/${id}/participants`, {
      email: "guest@example.com",
      role: "participant",
    });
    await post(`/v1/meetings/${id}/participants`, {
      email: "left@example.com",
      role: "participant",
    });
    await call("POST", `/v1/meetings/${id}/leave`, undefined, left.token);
    if (at % 2 === 0) await post(`/v1/meetings/${id}/start`);
  }
  const [meeting] = meetings;
  for (let at = 0; at < 3; at += 1) {
    await post(`/v1/meetings/${meeting}/notes/ops`, {
      baseVersion: at,
      clientId: "fuzz",
      clientSeq: at + 1,
      operation: [{ insert: `line ${at}\n` }],
    });
  }
  await post(`/v1/meetings/${meeting}/transcript`, {
    chunks: [
      {
        sourceId: "fuzz",
        segmentId: "1",
        text: "Good morning.",
        startMs: 1_000,
        endMs: 2_000,
        speaker: { label: "Host" },
      },
    ],
  });
  const messages = [];
  for (let at = 0; at < 15; at += 1) {
    const { id } = await post(`/v1/meetings/${meeting}/messages`, { text: `message ${at}` });
    messages.push(id);
  }
  // To be taken back.
  const services = [];
  for (let at = 0; at < 6; at += 1) {
    const { id } = await post(`/v1/meetings/${meeting}/service-tokens`, { name: `Bot ${at}` });
    services.push(id);
  }
  // One that runs on, one that people ask to join, and one to answer the invitation to.
  const running = await post("/v1/meetings", { title: "Runs", type: "instant" });
  const open = { title: "Open", isPublic: true, requiresApproval: true };
  const asked = [await post("/v1/meetings", open), await post("/v1/meetings", open)];
  // Of somebody who makes no other while the fuzzer runs.
  const link = await call("POST", "/v1/me/calendar-link", undefined, peer.token);
  for (const { token } of [peer, guest]) {
    for (const { id } of asked) await call("POST", `/v1/meetings/${id}/join`, undefined, token);
  }
  // Meetings that the guest is invited to, the last of them to be sent away from.
  const invited = [];
  for (let at = 0; at < 60; at += 1) {
    const { id } = await post("/v1/meetings", { title: `Invited ${at}` });
    const whom = { email: "guest@example.com", role: "participant" };
    await post(`/v1/meetings/${id}/participants`, whom);
    invited.push(id);
  }
  const org = await post("/v1/orgs", { name: "Acme" });
  const member = { email: "guest@example.com", role: "member" };
  await post(`/v1/orgs/${org.id}/members`, member);
  await call("POST", `/v1/orgs/${org.id}/accept`, undefined, guest.token);
  // To be closed, and to be asked into.
  const spareOrg = await post("/v1/orgs", { name: "Spare" });
  await post(`/v1/orgs/${spareOrg.id}/members`, { email: "passer@example.com", role: "member" });
  const reason = "to be taken back";
  for (const [key, value] of Object.entries({ recording: true, participants: 30 })) {
    const path = `/v1/admin/orgs/${org.id}/entitlements/${key}`;
    await call("PUT", path, { value, reason }, admin.token);
  }
  const flag = { value: true, rollout: 100, active: true, reason };
  await call("PUT", "/v1/admin/flags/made-up", flag, admin.token);
  return {
    origin: server.origin,
    answers,
    secrets,
    spare,
    spareOrg: spareOrg.id,
    calendarSecret: link.path.split("=")[1],
    peer: peer.userId,
    guest: guest.userId,
    guestToken: guest.token,
    running: [running.id],
    chat: [meeting],
    // To be deleted.
    messages: messages.slice(3),
    services,
    open: asked.map(({ id }) => id),
    askers: [peer.userId, guest.userId],
    asked: invited.slice(0, 40),
    unasked: invited.slice(40),
    known: {
      // Blocked and kept out as it comes.
      users: { id: [outcast.userId] },
      meetings: {
        id: meetings,
        n: [1, 2, 3],
        who: ["guest@example.com"],
        label: ["Host"],
        message: messages.slice(0, 3),
        emoji: ["👍"],
      },
      orgs: {
        id: [org.id],
        user: [guest.userId],
        key: ["recording", "participants"],
        email: ["passer@example.com"],
      },
      flags: { key: ["insights", "matching", "made-up"] },
    },
  };
}

test("files of transcripts are what parsers of others read", async (t) => {
  const python = join(dirname(program), "python");
  const { token } = await signIn("recorder@example.com", "Recorder");
  const read = await check({ origin: server.origin, python, call, token });
  t.diagnostic(`${read} cues`);
});

test("calendars are what a parser of others reads", async (t) => {
  const python = join(dirname(program), "python");
  const read = await calendars.check({ origin: server.origin, python, call, signIn });
  t.diagnostic(`${read} events`);
});

for (const who of ["host", "stranger", "left", "admin"]) {
  test(`${who}: every answer is what the description says`, async (t) => {
    t.diagnostic(`API_FUZZ_SEED=${seed}`);
    const words = [
      `run ${server.origin}/openapi.json --no-color --continue-on-failure`.split(" "),
      `--phases examples,coverage,fuzzing --max-examples ${examples} --seed ${seed}`.split(" "),
      "--generation-database none --workers 1 --request-timeout 20 --warnings off".split(" "),
      ["--checks", CHECKS.join(",")],
      ["-H", `Authorization: Bearer ${people[who].token}`],
      process.env.FUZZ_WORDS?.split(" ") ?? [],
    ];
    const env = {
      SCHEMATHESIS_HOOKS: "hooks",
      PYTHONPATH: here,
      PYTHONDONTWRITEBYTECODE: "1",
      FUZZ_STAGE: JSON.stringify({
        ...stage,
        email: `${who}@example.com`,
        token: people[who].token,
      }),
    };
    const { status, said } = await run(program, words.flat(), env);
    t.diagnostic(said.trim().split("\n").slice(-14).join("\n"));
    assert.equal(status, 0, `${said}\n${server.log}`);
  });
}

test("every operation has succeeded at least once", async () => {
  const seen = new Set(readFileSync(answers, "utf8").trim().split("\n"));
  const { paths } = await call("GET", "/openapi.json");
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      // What upgrades to a WebSocket is not for this client.
      .filter(([, { responses }]) => !("101" in responses))
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  const never = operations.filter(
    (name) =>
      // The fuzzer does not try where it was read from, and it was read just now.
      name !== "GET /openapi.json" &&
      ![200, 201, 202, 204].some((status) => seen.has(`${status} ${name}`)),
  );
  assert.deepEqual(never, []);
});
