"""The picture of a card: /scenarios/<uuid>/picture.svg."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import Any

import pytest
from django.test import Client

from sandbox.scenarios.templates import NAMES
from sandbox.workbench.picture import HEIGHT, WIDTH, picture
from tests.sandbox.base import SandboxTest, seed

SVG = "{http://www.w3.org/2000/svg}"


def shapes(document: dict[str, Any]) -> list[ET.Element]:
    """Parse the picture and return its elements."""
    return list(ET.fromstring(picture(document)).iter())


@pytest.mark.parametrize("name", NAMES)
def test_everything_lies_inside(name: str) -> None:
    """No frame or mark leaves the picture."""
    for shape in shapes(seed(name)):
        if shape.tag == f"{SVG}rect" and "x" in shape.attrib:
            x, y = float(shape.attrib["x"]), float(shape.attrib["y"])
            assert x >= 0 and x + float(shape.attrib["width"]) <= WIDTH
            assert y >= 0 and y + float(shape.attrib["height"]) <= HEIGHT


def test_shows_what_is_drawn() -> None:
    """Two subnets and two VMs are frames and marks; more VMs are more marks."""
    small = seed("first-packet")
    more = seed("first-packet")
    nic = more["topology"]["nics"]["web1-nic"]
    more["topology"]["nics"] |= {f"n{n}": nic for n in range(3)}
    assert len(shapes(more)) == len(shapes(small)) + 3


def test_a_larger_picture_has_the_names_of_subnets_and_of_what_stands_in_them() -> None:
    topology = {
        "vnets": {"v": {"name": "shop"}},
        "subnets": {"s": {"name": "front", "vnet": "v"}},
        "vms": {"m": {"name": "web1"}},
        "nics": {"n": {"vm": "m", "subnet": "s"}},
    }
    assert all(f">{name}<" in picture({"topology": topology}, named=True) for name in ("front", "web1"))
    assert ">web1<" not in picture({"topology": topology})


def test_text_of_people_stays_text() -> None:
    """Markup and control characters in names do not become markup."""
    document = seed("first-packet")
    evil = '"><script>alert(1)</script>\x07\ud800'
    document["name"] = evil
    document["topology"]["vnets"]["shop"]["name"] = evil
    tags = {shape.tag for shape in shapes(document)}
    assert f"{SVG}script" not in tags
    assert all(not key.startswith("on") for shape in shapes(document) for key in shape.attrib)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"topology": None},
        {"name": 3, "topology": {"vnets": {"a": None}, "subnets": [], "nics": {"n": 1}}},
    ],
)
def test_odd_documents_are_still_a_picture(document: dict[str, Any]) -> None:
    """A card is drawn whatever the document looks like."""
    assert shapes(document)


class PictureTest(SandboxTest):
    """The address of the picture."""

    def test_is_an_svg_that_may_do_nothing(self) -> None:
        made = self.scenario()
        response = self.owner_client.get(f"/scenarios/{made.pk}/picture.svg")
        assert response["Content-Type"] == "image/svg+xml; charset=utf-8"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert "script-src" not in response["Content-Security-Policy"]
        ET.fromstring(response.content)

    def test_an_unchanged_picture_is_not_sent_again_and_its_document_not_read(self) -> None:
        made = self.scenario()
        path = f"/scenarios/{made.pk}/picture.svg"
        etag = self.owner_client.get(path)["ETag"]
        with self.assertNumQueries(3):  # session, person, scenario
            response = self.owner_client.get(path, headers={"if-none-match": etag})
        assert (response.status_code, response.content) == (304, b"")
        patch = [{"op": "replace", "path": "/name", "value": "x"}]
        self.send(self.owner_client, "PATCH", f"/scenarios/{made.pk}", {"base": 1, "patch": patch})
        assert self.owner_client.get(path, headers={"if-none-match": etag}).status_code == 200

    def test_needs_rights(self) -> None:
        made = self.scenario()
        assert Client().get(f"/scenarios/{made.pk}/picture.svg").status_code == 404
