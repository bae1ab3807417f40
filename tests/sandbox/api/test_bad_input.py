"""What is sent to the API by mistake or on purpose: a clear message, quickly."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client, RequestFactory

from sandbox.scenarios.models import Scenario
from tests.sandbox.base import SandboxTest, seed


@pytest.mark.timeout(30)  # none takes more than a second or two on a free machine
class BadInputTest(SandboxTest):
    """The owner sends odd bodies to POST /scenarios."""

    def post(self, body: bytes | str, client: Client | None = None) -> Any:
        return (client or self.owner_client).generic(
            "POST", "/api/v1/scenarios", body, content_type="application/json"
        )

    def refused(self, body: bytes | str, status: int) -> dict[str, Any]:
        error = self.error(self.post(body), status)
        assert not Scenario.objects.exists()
        return error

    def test_what_is_not_json_is_told_where(self) -> None:
        assert "line 1, column 13" in self.refused('{"document":}', 400)["message"]
        self.refused(b"\xff\xfe", 400)
        self.refused("", 422)

    def test_numbers_json_does_not_have(self) -> None:
        for number in ("NaN", "Infinity", "-Infinity", "1e999", "9" * 5000):
            self.refused('{"document": {"x": ' + number + "}}", 400)

    def test_the_wrong_shape(self) -> None:
        for body in ("3", "[]", "null", '{"document": []}', '{"document": null}', "{}", '{"other": 1}'):
            self.refused(body, 422)

    def test_unknown_parts_are_named(self) -> None:
        error = self.refused('{"document": {}, "extra": 1}', 422)
        assert error["pointer"] == "/extra"

    def test_fifty_megabytes(self) -> None:
        error = self.refused(b'{"document": {"a": "' + b"x" * 50_000_000 + b'"}}', 413)
        assert "8 MB" in error["message"]

    def test_a_body_of_unknown_length_is_not_read(self) -> None:
        from sandbox.api.urls import urlpatterns

        request = RequestFactory().post("/api/v1/scenarios", b"{}", content_type="application/json")
        request.META.pop("CONTENT_LENGTH")
        request.META["HTTP_TRANSFER_ENCODING"] = "chunked"
        request.user = self.owner
        view = next(pattern.callback for pattern in urlpatterns if str(pattern.pattern) == "scenarios")
        assert view(request).status_code == 411

    def test_ten_thousand_levels_deep(self) -> None:
        deep = "[" * 10_000 + "]" * 10_000
        error = self.error(self.post('{"document": {"a": ' + deep + "}}"), 400)
        assert "deep" in error["message"]
        self.refused('{"document": {"a": ' + "[" * 500 + "]" * 500 + "}}", 422)

    def test_a_hundred_thousand_routes(self) -> None:
        document = seed("first-packet")
        routes = {f"r{n}": {"prefix": "10.0.0.0/8", "next_hop_type": "None"} for n in range(100_000)}
        document["topology"]["route_tables"] = {"many": {"name": "many", "routes": routes}}
        body = json.dumps({"document": document}, separators=(",", ":"))
        assert len(body) < 8000000
        error = self.refused(body, 422)
        assert "route" in json.dumps(error)

    def test_as_many_mistakes_as_there_are_values_is_still_an_answer(self) -> None:
        document = seed("first-packet")
        document["topology"]["vms"] = {f"v{n}": {"name": 3} for n in range(20_000)}
        response = self.post(json.dumps({"document": document}))
        self.error(response, 422)
        assert len(response.content) < 2000000

    def test_an_address_is_text(self) -> None:
        for odd in (False, 167772164, ["10.0.0.4"], {"a": 1}, "10.0.0.999", "", None):
            document = seed("first-packet")
            document["topology"]["nics"]["web1-nic"]["configurations"]["ipconfig1"]["address"] = odd
            error = self.refused(json.dumps({"document": document}), 422)
            pointers = [problem["pointer"] for problem in error["problems"]]
            assert any(pointer.endswith("/address") for pointer in pointers), (odd, pointers)

    def test_a_wrong_method_has_the_shape_of_all_errors(self) -> None:
        for method, path in (("PUT", "/scenarios"), ("POST", "/openapi.json")):
            response = self.send(self.owner_client, method, path, {})
            self.error(response, 405)
            assert response["Allow"]

    def test_an_unknown_address_has_the_shape_of_all_errors(self) -> None:
        self.error(self.send(self.owner_client, "GET", "/nothing/here"), 404)
        self.error(self.send(self.owner_client, "POST", "/nothing/here", {}), 404)


class RefusedBodyTest(SandboxTest):
    """Bodies that were answered with 500, or taken although two readers would see two things."""

    def test_a_form_without_boundary(self) -> None:
        strict = Client(enforce_csrf_checks=True)  # the check reads the form
        strict.force_login(self.owner)
        strict.cookies["csrftoken"] = "a" * 32
        response = strict.generic("POST", "/api/v1/scenarios", b"{}", content_type="multipart/form-data")
        assert "boundary" in self.error(response, 400)["message"]

    def test_a_key_twice(self) -> None:
        body = b'{"document": {"schema": 1, "name": "x", "name": "y"}}'
        response = self.owner_client.generic(
            "POST", "/api/v1/scenarios", body, content_type="application/json"
        )
        found = self.error(response, 400)
        assert found["code"] == "duplicate-key"
        assert "'name'" in found["message"]
