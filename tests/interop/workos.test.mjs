// WorkOS's own SDK signs webhooks and names where the keys are; a stand-in publishes
// them and signs the tokens.
import { WorkOS } from "@workos-inc/node";
import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Server } from "../browser/support/server.mjs";

const CLIENT = "client_01INTEROP";
const SECRET = "whsec_interop";
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

let [peer, server, workos, issuer] = [];

before(async () => {
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "key-1", alg: "RS256", use: "sig" };
  peer = createServer((request, answer) => {
    const keys = request.url === new URL(workos.userManagement.getJwksUrl(CLIENT)).pathname;
    answer.writeHead(keys ? 200 : 404, { "content-type": "application/json" });
    answer.end(JSON.stringify(keys ? { keys: [jwk] } : {}));
  });
  peer.listen(0, "127.0.0.1");
  await once(peer, "listening");
  const { port } = peer.address();
  workos = new WorkOS("sk_test_interop", {
    clientId: CLIENT,
    apiHostname: "127.0.0.1",
    port,
    https: false,
  });
  issuer = `http://127.0.0.1:${port}/user_management/${CLIENT}`;
  server = await Server.start({
    CONNVO_WORKOS_CLIENT_ID: CLIENT,
    CONNVO_WORKOS_API_URL: `http://127.0.0.1:${port}`,
    CONNVO_WORKOS_WEBHOOK_SECRET: SECRET,
  });
});

after(async () => {
  await server?.stop();
  peer?.close();
});

/** An access token as AuthKit issues it. */
function token(claims = {}) {
  const now = Math.floor(Date.now() / 1000);
  const words = [
    { alg: "RS256", kid: "key-1", typ: "JWT" },
    { iss: issuer, sub: "user_1", sid: "session_1", iat: now, exp: now + 300, ...claims },
  ].map((word) => Buffer.from(JSON.stringify(word)).toString("base64url"));
  const signed = words.join(".");
  const signature = sign("sha256", Buffer.from(signed), privateKey).toString("base64url");
  return `${signed}.${signature}`;
}

async function me(bearer) {
  const headers = { authorization: `Bearer ${bearer}` };
  const answer = await fetch(`${server.origin}/v1/me`, { headers });
  return { status: answer.status, body: await answer.json() };
}

/** Sends an event, signed by the SDK. */
async function send(id, event, data, { time = Date.now(), secret = SECRET } = {}) {
  const payload = { object: "event", id, event, data, created_at: new Date().toISOString() };
  const signature = await workos.webhooks.computeSignature(time, payload, secret);
  const sigHeader = `t=${time}, v1=${signature}`;
  const answer = await fetch(`${server.origin}/v1/webhooks/workos`, {
    method: "POST",
    headers: { "content-type": "application/json", "workos-signature": sigHeader },
    body: JSON.stringify(payload),
  });
  // The SDK's own receiver takes what we take.
  if (answer.ok) await workos.webhooks.constructEvent({ payload, sigHeader, secret });
  return answer.status;
}

const user = (name) => ({
  object: "user",
  id: "user_1",
  email: "ada@example.org",
  email_verified: true,
  first_name: name,
  last_name: null,
  profile_picture_url: null,
  last_sign_in_at: null,
  external_id: null,
  metadata: {},
  created_at: "2027-01-15T08:00:00.000Z",
  updated_at: "2027-01-15T08:00:00.000Z",
});

test("a token of the published key is let in, another is not", async () => {
  assert.equal((await me(token())).status, 200);
  assert.equal((await me(token({ iss: "https://evil.example" }))).status, 401);
  assert.equal((await me(token().slice(0, -4))).status, 401);
});

test("an event that the SDK signs has its effect", async () => {
  assert.equal(await send("event_1", "user.updated", user("Ada")), 200);
  const { body } = await me(token());
  assert.deepEqual([body.name, body.email], ["Ada", "ada@example.org"]);
});

test("an event is taken once, and refused when it is not signed for now by this secret", async () => {
  assert.equal(await send("event_2", "user.updated", user("Lovelace")), 200);
  assert.equal(await send("event_1", "user.updated", user("Ada")), 200);
  assert.equal(await send("event_3", "user.updated", user("Eve"), { secret: "other" }), 401);
  const early = { time: Date.now() + 200_000 };
  assert.equal(await send("event_4", "user.updated", user("Eve"), early), 401);
  assert.equal((await me(token())).body.name, "Lovelace");
});

test("a revoked session is over", async () => {
  const session = {
    object: "session",
    id: "session_1",
    user_id: "user_1",
    ip_address: null,
    user_agent: null,
    auth_method: "password",
    status: "revoked",
    expires_at: "2127-01-15T08:00:00.000Z",
    ended_at: "2027-01-15T08:00:00.000Z",
    created_at: "2027-01-15T08:00:00.000Z",
    updated_at: "2027-01-15T08:00:00.000Z",
  };
  assert.equal(await send("event_5", "session.revoked", session), 200);
  assert.equal((await me(token())).status, 401);
  assert.equal((await me(token({ sid: "session_2" }))).status, 200);
});
