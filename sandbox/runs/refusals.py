"""What is said of parameters that do not fit."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from pydantic import ValidationError


class BadParameters(ValueError):
    """The parameters do not fit; ``pointer`` names the first place, ``problems`` lists all of them."""

    def __init__(self, problems: list[dict[str, str]]) -> None:
        """Keep all that is wrong: ``{"pointer", "message"}`` each."""
        super().__init__(problems[0]["message"])
        self.pointer = problems[0]["pointer"]
        self.problems = problems


def bad(field: str, message: str) -> BadParameters:
    """Return the refusal of one field."""
    return BadParameters([{"pointer": f"/parameters/{field}", "message": message}])


def parse(model: Any, parameters: Any) -> Any:
    """Return parameters as a model.

    Raises:
        BadParameters: they are malformed.
    """
    try:
        return model.model_validate(parameters)
    except ValidationError as error:
        raise BadParameters(
            [
                {
                    "pointer": "".join(f"/{part}" for part in ("parameters", *found["loc"])),
                    "message": gettext("{message} (found {found!r:.80})").format(
                        message=found["msg"], found=found["input"]
                    ),
                }
                for found in error.errors(include_url=False, include_context=False)
            ]
        ) from error
