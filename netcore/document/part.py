"""The base of every part of the document, and the two spellings of protocols."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """Base of every part of the document: immutable, and unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, allow_inf_nan=False)


Protocol = Annotated[str, Field(pattern=r"^(tcp|udp|icmp|icmpv6|esp|ah|gre|ipip|[0-9]{1,3})$")]
"""Name of an IP protocol, or its number as text."""

RuleProtocol = Annotated[str, Field(pattern=r"^(\*|tcp|udp|icmp|esp|ah)$")]

Asn = Annotated[int, Field(ge=1, le=4_294_967_295)]
"""Number of an autonomous system."""

Ref = Annotated[str, Field(pattern=r"^[a-z_]+(/[A-Za-z0-9][A-Za-z0-9_.-]{0,79})+$", max_length=200)]
"""Path of a resource inside the topology, such as ``nics/fw1``."""
