"""The severity that is typed first in `sev`."""

import re

from incidents.policy import Policy
from incidents.rules.severity import parse_severity

_APART = re.compile(r"(?:sev|severity|p|prio|priority)\s+(\d{1,2})(?=[\s:,]|$)[:,]?\s*(.*)", re.IGNORECASE | re.DOTALL)


def severity_and_reason(text: str, policy: Policy) -> tuple[str, str]:
    """`sev1 payments are lost` as ("SEV1", "payments are lost"); `sev 1 …` too. Raises UnknownSeverity."""
    apart = _APART.match(text.strip())
    if apart is not None:
        return parse_severity(f"sev{apart[1]}", policy), apart[2].strip()
    word, _, reason = text.strip().partition(" ")
    return parse_severity(word.rstrip(":,"), policy), reason.strip(" :-–—")
