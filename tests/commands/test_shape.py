"""The fields of every model, as forms read them."""

from __future__ import annotations

import netcore
from sandbox.common import frontend_shape as shape
from sandbox.common.launch import frontend


def test_the_file_is_made_of_the_models_as_they_are() -> None:
    written = (frontend.SOURCES / "document" / "shape.json").read_text(encoding="utf-8")
    assert written == shape.text(dict(netcore.schema())), "run `python3 manage.py generate`"


def test_a_field_says_its_kind_and_its_bounds() -> None:
    found = shape.shape(dict(netcore.schema()))
    assert found["collections"]["vms"] == "VirtualMachine"
    assert {"name", "topology", "traffic", "faults"} <= set(found["scenario"])
    assert {"vms", "service_tags"} <= set(found["topology"])
    rule = found["models"]["SecurityRule"]
    assert rule["priority"] == {"type": "integer", "minimum": 100, "maximum": 4096, "required": True}
    assert rule["access"] == {"type": "choice", "choices": ["Allow", "Deny"], "required": True}
    assert found["models"]["Subnet"]["prefixes"]["item"] == {"type": "prefix"}
    assert found["models"]["NIC"]["configurations"]["model"] == "IPConfiguration"
    assert found["models"]["VirtualMachine"]["guest"] == {"type": "part", "model": "Guest"}
    assert found["models"]["Guest"]["bgp"]["nullable"] is True
