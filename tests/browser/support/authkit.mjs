// A stand-in for WorkOS AuthKit: everybody who comes to sign in is Wanda.
import { createServer } from "node:http";
import { generateKeyPairSync, sign } from "node:crypto";

/** The client id that the server is to be given. */
export const CLIENT_ID = "client_x";

/** Who signs in. */
export const WANDA = { id: "user_01WANDA", email: "wanda@example.org", name: "Wanda" };

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** Starts it; answers its origin, what was asked of it, and how to stop it. */
export async function authkit() {
  const asked = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, `http://${request.headers.host}`);
    asked.push(`${request.method} ${url.pathname}`);
    answer(request, response, url);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    origin: `http://127.0.0.1:${port}`,
    asked,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(request, response, url) {
  const { searchParams } = url;
  const lead = (to, fields = {}) => {
    const target = new URL(to);
    for (const [name, value] of Object.entries(fields)) {
      if (value !== null) target.searchParams.set(name, value);
    }
    response.writeHead(302, { location: target.href }).end();
  };
  const json = (value) => {
    response.writeHead(200, {
      "content-type": "application/json",
      "access-control-allow-origin": request.headers.origin ?? "*",
      "access-control-allow-credentials": "true",
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
      "access-control-allow-methods": "GET, POST, OPTIONS",
    });
    response.end(JSON.stringify(value));
  };
  if (request.method === "OPTIONS") return json(null);
  switch (url.pathname) {
    case "/user_management/authorize":
      return lead(searchParams.get("redirect_uri"), {
        code: "once",
        state: searchParams.get("state"),
      });
    case "/user_management/authenticate":
      return json(session(url.origin));
    case `/sso/jwks/${CLIENT_ID}`:
      return json({
        keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k1", alg: "RS256", use: "sig" }],
      });
    case "/user_management/sessions/logout":
      return lead(searchParams.get("return_to"));
    default:
      return response.writeHead(404).end();
  }
}

function session(origin) {
  const now = Math.floor(Date.now() / 1_000);
  const claims = {
    iss: `${origin}/user_management/${CLIENT_ID}`,
    sub: WANDA.id,
    sid: "session_01WANDA",
    iat: now,
    exp: now + 300,
  };
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", kid: "k1", typ: "JWT" })}.${part(claims)}`;
  const mark = sign("sha256", Buffer.from(signed), privateKey).toString("base64url");
  return {
    access_token: `${signed}.${mark}`,
    refresh_token: "again",
    authentication_method: "Password",
    user: {
      object: "user",
      id: WANDA.id,
      email: WANDA.email,
      email_verified: true,
      first_name: WANDA.name,
      last_name: null,
      profile_picture_url: null,
      created_at: "2026-01-01T00:00:00.000Z",
      updated_at: "2026-01-01T00:00:00.000Z",
    },
  };
}
