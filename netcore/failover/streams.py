"""Random numbers by name: the same seed, trial and name give the same number, whoever asks and whenever.

There is no generator with a state to share or to lose. Two designs that draw the same name share their
luck (common random numbers), and a trial is the same whatever chunk it falls into.
"""

from __future__ import annotations

from hashlib import blake2b

_SCALE = 2.0**-53


class Streams:
    """The random numbers of one trial.

    Args:
        seed: the run's seed, 0 to 2**63 - 1.
        trial: number of the trial, from 0.
    """

    __slots__ = ("_key", "_prefix", "trial")

    def __init__(self, seed: int, trial: int) -> None:
        self._key = seed.to_bytes(8, "big")
        self._prefix = f"{trial}|"
        self.trial = trial

    def uniform(self, name: str) -> float:
        """Return a number in (0, 1), never 0 or 1, of 53 random bits.

        Source: ours; a keyed hash used as a counter-based generator.
        """
        digest = blake2b((self._prefix + name).encode(), digest_size=8, key=self._key).digest()
        return ((int.from_bytes(digest, "big") >> 11) + 0.5) * _SCALE
