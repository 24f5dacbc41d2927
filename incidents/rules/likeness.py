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


_FILLERS = """
    a again all alert an and are at be been broken by bug can cannot cant critical crash crashed crashing customers degraded
    do does doesn doesnt don down errors error fail failed failing fails failure failures for from gone hangs has have high in is
    isn isnt issue issues it its latency many more no not of off on or out outage outages partially problem problems production
    rate sev1 sev2 sev3 sev4 since slow slowly some stuck that the there this time timeout timeouts timing to too trouble
    unavailable unreachable users very was we with work working works wrong
"""
_SAID_OF_ANYTHING = frozenset(_FILLERS.split())


def subject(title: frozenset[str]) -> frozenset[str]:
    """What a title is about: its words without those that are said of anything, such as "is down" and "does not work"."""
    told = (word for word in title if word not in _SAID_OF_ANYTHING and len(word) > 1 and not word.isdigit())
    return frozenset(word.removesuffix("s") if len(word) > 3 else word for word in told)


def about_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two titles are about the same thing, whatever they say of it: most of what the shorter one is about. Enough to
    ask two who declare at the same time, not to count a repeat."""
    mine, theirs = subject(one), subject(other)
    shared = len(mine & theirs)
    return bool(shared) and shared > 0.5 * min(len(mine), len(theirs))
