"""The random numbers of many trials, compiled: one keyed hash for each, as in ``streams.Streams``.

Source: RFC 7693 (BLAKE2b with a key and 8 bytes of digest).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from netcore.batch.jit import kernel, part

U64: Any = np.uint64
I64: Any = np.int64

BLOCK = 128
"""Bytes of a block; a trial's number, a bar and the name must fit into one."""

LONGEST_NUMBER = 20
"""Digits of a trial's number at most."""

_IV = np.array(
    [
        0x6A09E667F3BCC908,
        0xBB67AE8584CAA73B,
        0x3C6EF372FE94F82B,
        0xA54FF53A5F1D36F1,
        0x510E527FADE682D1,
        0x9B05688C2B3E6C1F,
        0x1F83D9ABFB41BD6B,
        0x5BE0CD19137E2179,
    ],
    np.uint64,
)
_ORDER = np.array(
    [
        (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        (14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3),
        (11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4),
        (7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8),
        (9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13),
        (2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9),
        (12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11),
        (13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10),
        (6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5),
        (10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0),
    ],
    np.int64,
)
_PARAMETERS = 0x01010000 ^ (8 << 8) ^ 8
"""One lane, a key of 8 bytes, a digest of 8 bytes (section 2.5)."""

_SCALE = 2.0**-53


def uniforms(seed: int, first: int, count: int, name: bytes) -> NDArray[np.float64]:
    """Return the number of one name in trials ``first`` to ``first + count - 1``, each in (0, 1).

    Args:
        name: at most ``BLOCK - LONGEST_NUMBER - 1`` bytes.
    """
    made = np.empty(count, np.float64)
    key = np.frombuffer(seed.to_bytes(8, "big"), np.uint8)
    text = np.frombuffer(b"|" + name, np.uint8)
    block, words, state = np.zeros(BLOCK, np.uint8), np.zeros(32, np.uint64), np.zeros(16, np.uint64)
    _uniforms(key, first, text, _IV, _ORDER, block, words, state, made)
    return made


@part
def _turned(word: Any, by: Any) -> Any:
    return (word >> by) | (word << (U64(64) - by))


@part
def _mix(v: Any, a: Any, b: Any, c: Any, d: Any, x: Any, y: Any) -> None:
    v[a] = v[a] + v[b] + x
    v[d] = _turned(v[d] ^ v[a], U64(32))
    v[c] = v[c] + v[d]
    v[b] = _turned(v[b] ^ v[c], U64(24))
    v[a] = v[a] + v[b] + y
    v[d] = _turned(v[d] ^ v[a], U64(16))
    v[c] = v[c] + v[d]
    v[b] = _turned(v[b] ^ v[c], U64(63))


@part
def _compress(h: Any, block: Any, words: Any, iv: Any, order: Any, length: Any, last: Any, only: Any) -> None:
    """Take a block into the state ``h``; ``words`` is room for 32. ``only`` asks for the first word alone."""
    for number in range(16):
        word = U64(0)
        for place in range(8):
            word |= U64(block[number * 8 + place]) << U64(8 * place)
        words[number] = word
    v = words[16:]
    for number in range(8):
        v[number] = h[number]
        v[number + 8] = iv[number]
    v[12] ^= U64(length)
    if last:
        v[14] = ~v[14]
    for number in range(12):
        s = order[number % 10]
        _mix(v, 0, 4, 8, 12, words[s[0]], words[s[1]])
        _mix(v, 1, 5, 9, 13, words[s[2]], words[s[3]])
        _mix(v, 2, 6, 10, 14, words[s[4]], words[s[5]])
        _mix(v, 3, 7, 11, 15, words[s[6]], words[s[7]])
        _mix(v, 0, 5, 10, 15, words[s[8]], words[s[9]])
        _mix(v, 1, 6, 11, 12, words[s[10]], words[s[11]])
        _mix(v, 2, 7, 8, 13, words[s[12]], words[s[13]])
        _mix(v, 3, 4, 9, 14, words[s[14]], words[s[15]])
    for number in range(1 if only else 8):
        h[number] ^= v[number] ^ v[number + 8]


@kernel
def _uniforms(
    key: Any, first: Any, text: Any, iv: Any, order: Any, block: Any, words: Any, state: Any, made: Any
) -> None:
    keyed, h = state[:8], state[8:]
    for number in range(8):
        keyed[number] = iv[number]
        block[number] = key[number]
    keyed[0] ^= U64(_PARAMETERS)
    _compress(keyed, block, words, iv, order, BLOCK, False, False)
    for place in range(len(made)):
        number = I64(first + place)
        digits, rest = 1, number // 10
        while rest:
            digits, rest = digits + 1, rest // 10
        for digit in range(digits - 1, -1, -1):
            block[digit] = 48 + number % 10
            number //= 10
        length = digits + len(text)
        for sign in range(len(text)):
            block[digits + sign] = text[sign]
        for sign in range(length, BLOCK):
            block[sign] = 0
        for word in range(8):
            h[word] = keyed[word]
        _compress(h, block, words, iv, order, BLOCK + length, True, True)
        found = h[0]
        turned = U64(0)
        for _ in range(8):
            turned = (turned << U64(8)) | (found & U64(255))
            found = found >> U64(8)
        made[place] = (np.float64(turned >> U64(11)) + 0.5) * _SCALE
