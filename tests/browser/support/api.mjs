// The HTTP interface as one person, for what a test needs before and after the page.

/** Signs somebody in at the development issuer. */
export async function signIn(origin, name, email) {
  const answer = await ask(origin, undefined, "POST", "/dev/token", { name, email });
  return new Api(origin, { ...answer, name, email });
}

/** The interface with one person's token. */
export class Api {
  /** What the app keeps of a person who is signed in. */
  session;
  #origin;

  constructor(origin, session) {
    this.#origin = origin;
    this.session = session;
  }

  get(path) {
    return ask(this.#origin, this.session.token, "GET", path);
  }

  post(path, body) {
    return ask(this.#origin, this.session.token, "POST", path, body);
  }

  put(path, body) {
    return ask(this.#origin, this.session.token, "PUT", path, body);
  }

  patch(path, body) {
    return ask(this.#origin, this.session.token, "PATCH", path, body);
  }

  delete(path) {
    return ask(this.#origin, this.session.token, "DELETE", path);
  }

  /** Makes a meeting; answers its id. */
  async meeting(title) {
    return (await this.post("/v1/meetings", { title })).id;
  }

  invite(meeting, email, role = "participant", rights = {}) {
    const draft = { email, role, ...rights };
    return this.post(`/v1/meetings/${meeting}/participants`, draft);
  }

  /** The note's text as the server has it. */
  async note(meeting) {
    return (await this.get(`/v1/meetings/${meeting}/notes`)).content;
  }

  /** Every change of the note, oldest first. */
  async log(meeting) {
    const entries = [];
    for (let after = ""; after !== null;) {
      const page = await this.get(
        `/v1/meetings/${meeting}/notes/ops?limit=100${after && `&after=${after}`}`,
      );
      entries.push(...page.items);
      after = page.next ?? null;
    }
    return entries;
  }
}

async function ask(origin, token, method, path, body) {
  const response = await fetch(origin + path, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === "" ? undefined : JSON.parse(text);
}
