"""A form's fields are read as the standard library reads them, whatever is sent."""

from urllib.parse import parse_qsl, quote, quote_plus

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from web.payloads import fields

PIECES = st.sampled_from(
    ["&", "=", "%", "+", "%2", "%zz", "%3D", "%26", "%C3%A9", "%FF", "\r", "\n", "=\n", " ", "\t", "_", "é", "😀", "a", "\x00"]
)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
@example("payload=a=b%3D&payload=&=x&x=a \n")
def test_hostile_ones(text: str) -> None:
    assert fields(text) == dict(parse_qsl(text, keep_blank_values=True))


@pytest.mark.parametrize("how", [quote, quote_plus])
@given(value=st.text(max_size=200))
def test_honest_ones(how: object, value: str) -> None:
    assert callable(how)
    assert fields(f"payload={how(value.encode(errors='replace'))}&x=1")["payload"] == value.encode(errors="replace").decode()


def test_too_many() -> None:
    assert len(fields("&".join(f"{n}=" for n in range(100)))) == 100
    with pytest.raises(ValueError, match="more fields"):
        fields("&" * 100)
