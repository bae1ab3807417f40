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
    words, state = np.zeros(16, np.uint64), np.zeros(16, np.uint64)
    _uniforms(key, first, text, _IV, _ORDER, words, state, made)
    return made


@part
def _turned(word: Any, by: Any) -> Any:
    return (word >> by) | (word << (U64(64) - by))


@part
def _mixed(a: Any, b: Any, c: Any, d: Any, x: Any, y: Any) -> Any:
    a = a + b + x
    d = _turned(d ^ a, U64(32))
    c = c + d
    b = _turned(b ^ c, U64(24))
    a = a + b + y
    d = _turned(d ^ a, U64(16))
    c = c + d
    b = _turned(b ^ c, U64(63))
    return a, b, c, d


@part
def _put(words: Any, place: Any, sign: Any) -> None:
    """Put a byte into a block that was empty."""
    words[place >> 3] |= U64(sign) << U64(8 * (place & 7))


@part
def _compress(h: Any, words: Any, iv: Any, order: Any, length: Any, last: Any) -> None:
    """Take a block into the state ``h``; it is 16 words, lowest bytes first."""
    # Names and not an array, so that all sixteen stay in registers.
    v0, v1, v2, v3, v4, v5, v6, v7 = h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]
    v8, v9, v10, v11 = iv[0], iv[1], iv[2], iv[3]
    v12, v13, v14, v15 = iv[4] ^ U64(length), iv[5], iv[6], iv[7]
    if last:
        v14 = ~v14
    for number in range(12):
        s = order[number % 10]
        v0, v4, v8, v12 = _mixed(v0, v4, v8, v12, words[s[0]], words[s[1]])
        v1, v5, v9, v13 = _mixed(v1, v5, v9, v13, words[s[2]], words[s[3]])
        v2, v6, v10, v14 = _mixed(v2, v6, v10, v14, words[s[4]], words[s[5]])
        v3, v7, v11, v15 = _mixed(v3, v7, v11, v15, words[s[6]], words[s[7]])
        v0, v5, v10, v15 = _mixed(v0, v5, v10, v15, words[s[8]], words[s[9]])
        v1, v6, v11, v12 = _mixed(v1, v6, v11, v12, words[s[10]], words[s[11]])
        v2, v7, v8, v13 = _mixed(v2, v7, v8, v13, words[s[12]], words[s[13]])
        v3, v4, v9, v14 = _mixed(v3, v4, v9, v14, words[s[14]], words[s[15]])
    h[0], h[1], h[2], h[3] = h[0] ^ v0 ^ v8, h[1] ^ v1 ^ v9, h[2] ^ v2 ^ v10, h[3] ^ v3 ^ v11
    h[4], h[5], h[6], h[7] = h[4] ^ v4 ^ v12, h[5] ^ v5 ^ v13, h[6] ^ v6 ^ v14, h[7] ^ v7 ^ v15


@kernel
def _uniforms(
    key: Any, first: Any, text: Any, iv: Any, order: Any, words: Any, state: Any, made: Any
) -> None:
    keyed, h = state[:8], state[8:]
    for number in range(8):
        keyed[number] = iv[number]
        _put(words, number, key[number])
    keyed[0] ^= U64(_PARAMETERS)
    _compress(keyed, words, iv, order, BLOCK, False)
    for place in range(len(made)):
        number = I64(first + place)
        digits, rest = 1, number // 10
        while rest:
            digits, rest = digits + 1, rest // 10
        words[:] = U64(0)
        for digit in range(digits - 1, -1, -1):
            _put(words, digit, 48 + number % 10)
            number //= 10
        for sign in range(len(text)):
            _put(words, digits + sign, text[sign])
        for word in range(8):
            h[word] = keyed[word]
        _compress(h, words, iv, order, BLOCK + digits + len(text), True)
        found = h[0]
        turned = U64(0)
        for _ in range(8):
            turned = (turned << U64(8)) | (found & U64(255))
            found = found >> U64(8)
        made[place] = (np.float64(turned >> U64(11)) + 0.5) * _SCALE
