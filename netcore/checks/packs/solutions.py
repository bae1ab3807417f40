"""A solution: read from a file, and the drawing that it hands in."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from netcore.checks.grading import changing
from netcore.checks.packs import yaml_text
from netcore.checks.packs.models import Pack, PackProblem, Solution
from netcore.checks.packs.reader import PackRefused, shape_problems
from netcore.checks.packs.variants import rewritten_solution, variant
from netcore.checks.reading import ground
from netcore.document import reader
from netcore.words import say


def read_solution(pack: Pack, content: bytes, seed: int = 0, path: str = "the solution") -> Solution:
    """Return the solution of a file in YAML or JSON, rewritten for a variant as the pack itself is.

    A scenario document is a solution without answers, and stays as it is.

    Args:
        path: of the file, for messages.

    Raises:
        PackRefused: it is none; all that is wrong is told.
    """
    try:
        given = yaml_text.parse(content)
        json.dumps(given, allow_nan=False)
        if isinstance(given, dict) and "topology" in given:
            return Solution.model_validate({"title": "A drawing", "document": given})
        return rewritten_solution(pack, given, seed)
    except yaml_text.YamlRefused as refused:
        problems = [PackProblem(path, "", "not-yaml", f"{refused}.")]
    except ValidationError as error:
        problems = shape_problems(path, error)
    except ValueError as error:
        problems = [PackProblem(path, "", "not-json", f"{error}.")]
    raise PackRefused(tuple(problems))


def handed_in(pack: Pack, given: Solution, seed: int) -> dict[str, Any]:
    """Return the drawing of a solution as plain data.

    Raises:
        Unknown: an edit names something that is not drawn.
        ValueError: the pack has no starting drawing for the seed.
    """
    if given.document is not None:
        return dict(given.document)
    made = variant(pack, seed)
    start = reader.read(made.healthy if given.healthy else made.document, ground()).document
    if start is None:
        raise ValueError(say("There is no starting drawing for seed {seed}.", seed=seed))
    return changing.apply(reader.dump(start), given.edits)
