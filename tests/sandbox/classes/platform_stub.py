"""A learning platform of our own: it signs real messages and answers over real HTTP."""

from __future__ import annotations

import json
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import jwt
from jwcrypto.jwk import JWK

_LTI: Final = "https://purl.imsglobal.org/spec/lti/claim/"


class Stub:
    """A platform with one course, on this machine.

    ``scores`` and ``tokens`` are what it was sent; ``members`` what it lists; ``failing`` makes it answer
    services with that status.
    """

    def __init__(self) -> None:
        self.key = JWK.generate(kty="RSA", size=2048, kid="platform-key", use="sig", alg="RS256")
        self.client_id = f"client-{uuid.uuid4().hex[:8]}"
        self.scores: list[tuple[str, dict[str, Any]]] = []
        self.tokens: list[dict[str, Any]] = []
        self.members: list[dict[str, Any]] = []
        self.failing = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self.server.shutdown()
        self.server.server_close()

    @property
    def values(self) -> dict[str, str]:
        """What an instructor copies from the platform."""
        return {
            "issuer": self.url,
            "client_id": self.client_id,
            "auth_url": f"{self.url}/auth",
            "token_url": f"{self.url}/token",
            "keyset_url": f"{self.url}/keys",
            "audience": "",
        }

    def claims(
        self, nonce: str, sub: str = "student-1", role: str = "Learner", **more: Any
    ) -> dict[str, Any]:
        """Return the claims of a launch; ``more`` are further claims, in the names of LTI."""
        return {
            "iss": self.url,
            "aud": self.client_id,
            "sub": sub,
            "nonce": nonce,
            "iat": int(time.time()) - 1,
            "exp": int(time.time()) + 300,
            "name": f"Name of {sub}",
            f"{_LTI}message_type": "LtiResourceLinkRequest",
            f"{_LTI}version": "1.3.0",
            f"{_LTI}deployment_id": "deployment-1",
            f"{_LTI}target_link_uri": "https://tool.example/launch",
            f"{_LTI}resource_link": {"id": "link-1"},
            f"{_LTI}roles": [f"http://purl.imsglobal.org/vocab/lis/v2/membership#{role}"],
            f"{_LTI}context": {"id": "course-1", "title": "Networks at the platform"},
            "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
                "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
                "lineitem": f"{self.url}/columns/1/lineitem",
            },
            "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
                "context_memberships_url": f"{self.url}/members",
                "service_versions": ["2.0"],
            },
            **more,
        }

    def custom(self, **values: str) -> dict[str, Any]:
        """Return the claim of custom parameters."""
        return {f"{_LTI}custom": values}

    def deep_linking(self) -> dict[str, Any]:
        """Return the claims that make a launch a request for links."""
        return {
            f"{_LTI}message_type": "LtiDeepLinkingRequest",
            "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings": {
                "deep_link_return_url": f"{self.url}/links",
                "accept_types": ["ltiResourceLink"],
                "accept_presentation_document_targets": ["window"],
                "data": "opaque",
            },
        }

    def sign(self, claims: dict[str, Any], key: JWK | None = None) -> str:
        """Return the claims as a signed token."""
        pem = (key or self.key).export_to_pem(private_key=True, password=None)
        return jwt.encode(claims, pem, algorithm="RS256", headers={"kid": "platform-key"})


def _handler(stub: Stub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/keys":
                self.answer(200, {"keys": [stub.key.export_public(as_dict=True)]})
            elif path == "/members" and self.known():
                self.answer(stub.failing or 200, {"id": "x", "members": stub.members})
            else:
                self.answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            path = urlsplit(self.path).path
            if path == "/token":
                asked = {name: values[0] for name, values in parse_qs(body).items()}
                stub.tokens.append(asked)
                self.answer(200, {"access_token": "token-1", "token_type": "Bearer", "expires_in": 3600})
            elif path.endswith("/scores") and self.known():
                if not stub.failing:
                    stub.scores.append((path, json.loads(body)))
                self.answer(stub.failing or 200, {})
            else:
                self.answer(404, {})

        def known(self) -> bool:
            return self.headers.get("Authorization") == "Bearer token-1"

        def answer(self, status: int, data: Any) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    return Handler
