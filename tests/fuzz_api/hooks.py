"""What schemathesis cannot know of the API: which ids there are, which calls would end
the run's own session or meeting, and how webhooks are signed.

Settings come in FUZZ_STAGE as JSON, written by fuzz.test.mjs.
"""

import hashlib
import hmac
import json
import os
import time

import requests
import schemathesis

STAGE = json.loads(os.environ["FUZZ_STAGE"])
ORIGIN = STAGE["origin"]


@schemathesis.hook
def before_load_schema(context, schema):
    # "Any other error" fits every status: without it an undocumented one is found.
    for path in schema["paths"].values():
        for operation in path.values():
            operation["responses"].pop("default", None)


def among(choices, seed):
    """One of the choices, the same for the same input."""
    digest = hashlib.sha256(repr(seed).encode()).digest()
    return choices[digest[0] % len(choices)]


@schemathesis.hook
def map_path_parameters(context, path_parameters):
    """Most paths name something that is there; what was made up stays now and then."""
    if not path_parameters:
        return path_parameters
    path = context.operation.path
    kind = path.removeprefix("/v1/").removeprefix("admin/").split("/")[0]
    known = dict(STAGE["known"].get(kind, {}))
    if path.endswith(("/end", "/leave", "/start", "/cancel", "/decline", "/host")):
        known["id"] = STAGE["spare"]
    if path.endswith(("/hand", "/speakers/next", "/speakers/{user}", "/pause", "/resume")):
        # One that runs for as long as the fuzzer does.
        known["id"] = STAGE["running"]
        known["user"] = [STAGE["guest"]]
    if "/messages/{message}" in path:
        known["id"] = STAGE["chat"]
        if path.endswith("/{message}") and context.operation.method == "delete":
            known["message"] = STAGE["messages"]
    if "/service-tokens/" in path:
        known["id"] = STAGE["chat"]
        known["tokenId"] = STAGE["services"]
    if path.endswith(("/join", "/approve", "/refuse")):
        known["id"] = STAGE["open"]
        known["who"] = STAGE["askers"]
    if path.endswith(("/accept", "/decline")):
        known["id"] = STAGE["asked"]
    if path.endswith("/participants/{who}") and context.operation.method == "delete":
        known["id"] = STAGE["unasked"]
    if path == "/v1/admin/flags/{key}" and context.operation.method == "delete":
        known["key"] = ["made-up"]
    if "/invitations" in path or path == "/v1/orgs/{id}" and context.operation.method == "delete":
        known["id"] = [STAGE["spareOrg"]]
    mapped = dict(path_parameters)
    for name, value in path_parameters.items():
        choices = known.get(name)
        if choices and among(range(8), (path, name, value)) != 0:
            mapped[name] = among(choices, (name, value))
    return mapped


class Signed(requests.auth.AuthBase):
    """Signs three of four webhooks as their provider does."""

    def __init__(self, path):
        self.path = path

    def __call__(self, request):
        body = request.body or b""
        body = body if isinstance(body, bytes) else str(body).encode()
        if hashlib.sha256(body).digest()[0] % 4 == 0:
            return request
        now = time.time()
        workos = self.path.endswith("workos")
        stamp = str(int(now * 1000) if workos else int(now))
        secret = STAGE["secrets"]["workos" if workos else "billing"].encode()
        signature = hmac.new(secret, stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        if workos:
            request.headers["WorkOS-Signature"] = f"t={stamp}, v1={signature}"
        else:
            request.headers["Stripe-Signature"] = f"t={stamp},v1={signature}"
        return request


class OwnSession(requests.auth.AuthBase):
    """Another session of the same person, to end that one."""

    def __call__(self, request):
        if request.headers.get("Authorization") == f"Bearer {STAGE['token']}":
            person = {"email": STAGE["email"], "name": "Fuzz"}
            answer = requests.post(f"{ORIGIN}/dev/token", json=person, timeout=10)
            request.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return request


class Passer(requests.auth.AuthBase):
    """Somebody who is here for this one call, which ends their account."""

    def __call__(self, request):
        if request.headers.get("Authorization") == f"Bearer {STAGE['token']}":
            name = f"passer-{time.time_ns()}"
            person = {"email": f"{name}@example.com", "name": name}
            answer = requests.post(f"{ORIGIN}/dev/token", json=person, timeout=10)
            request.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        return request


@schemathesis.hook
def map_body(context, body):
    """Most requests to connect are to somebody who is there, and most messages of a
    provider are of a form that each of them has."""
    if context.operation.path.endswith("/transcript/{provider}") and among(range(8), body) != 0:
        message = {"type": "Metadata", "id": "1", "start": 0, "end": 1, "text": "hi",
                   "final": True, "timeStamp": 1, "resultIndex": 0, "results": []}
        return {"sourceId": "fuzz", "startedAt": 1000, "messages": [message]}
    if context.operation.path.endswith("/host") and isinstance(body, dict):
        if "userId" in body and among(range(8), body) != 0:
            return {**body, "userId": STAGE["guest"]}
    if context.operation.path == "/v1/connections" and isinstance(body, dict):
        if "userId" in body and among(range(8), body) != 0:
            return {**body, "userId": STAGE["peer"]}
    return body


class Guest(requests.auth.AuthBase):
    """Who was asked to come answers: not who asked."""

    def __call__(self, request):
        if request.headers.get("Authorization") == f"Bearer {STAGE['token']}":
            request.headers["Authorization"] = f"Bearer {STAGE['guestToken']}"
        return request


@schemathesis.hook
def before_call(context, case, kwargs):
    path = case.operation.path
    if path.endswith(("/accept", "/decline")):
        kwargs["auth"] = Guest()
        return
    if path.startswith("/v1/webhooks/"):
        kwargs["auth"] = Signed(path)
    elif path == "/v1/me" and case.operation.method.upper() == "DELETE":
        kwargs["auth"] = Passer()
    elif path == "/v1/me/sign-out":
        kwargs["auth"] = OwnSession()


@schemathesis.hook
def map_query(context, query):
    """A cursor comes from the page before, a secret from its link: made-up ones now and
    then."""
    if query and "secret" in query and among(range(4), query) != 0:
        return {**query, "secret": STAGE["calendarSecret"]}
    if query and "after" in query and among(range(4), query) != 0:
        return {name: value for name, value in query.items() if name != "after"}
    return query


@schemathesis.hook
def after_call(context, case, response):
    """Notes which answers there were: fuzz.test.mjs asks that every operation succeeds."""
    with open(STAGE["answers"], "a", encoding="utf-8") as answers:
        answers.write(f"{response.status_code} {case.operation.label}\n")
