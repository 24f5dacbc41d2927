"""Whether two titles say the same: people's, and those of alerts, which are often one long word."""

import re

_INNER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_")


def words(title: str) -> frozenset[str]:
    """The words of a title; `CheckoutErrorRate` has three."""
    return frozenset(re.findall(r"\w+", _INNER.sub(" ", title).casefold()))


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """The same words; or at least two shared, and four in five of the shorter title's."""
    shared = len(one & other)
    return bool(shared) and (one == other or (shared >= 2 and shared >= 0.8 * min(len(one), len(other))))
