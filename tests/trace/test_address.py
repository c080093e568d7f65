"""Addresses: one form with numbers, one with names, and help for those who miss."""

import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.notation import Index, Tensor
from gpt_by_hand.trace.address import AddressError, position, split, unknown

SCORES = Tensor(
    "h.0.attn.scores", tuple(Index(name, extent) for name, extent in zip("bhij", (2, 3, 4, 5), strict=True))
)
LOSS = Tensor("loss", ())


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("loss", ("loss", None)),
        ("loss[]", ("loss", "")),
        (" h.0.attn.scores [0,1,3,2] ", ("h.0.attn.scores", "0,1,3,2")),
        ("h.0.attn.scores[b=0,h=1]", ("h.0.attn.scores", "b=0,h=1")),
    ],
)
def test_split(text: str, parts: tuple[str, str | None]) -> None:
    assert split(text) == parts


@pytest.mark.parametrize("text", ["", "[0]", "a[0", "a]0[", "a[0][1]", "a[[0]]", "a[0]b", 3, None, ("a",)])
def test_no_address(text: object) -> None:
    with pytest.raises(AddressError, match=r"is no address: write one such as h.0.attn.scores\[0,1,3,2\]"):
        split(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "inside", ["0,1,3,2", " 0, 1 ,3,2 ", "b=0,h=1,i=3,j=2", "j=2, i=3, h=1, b=0", "b = 0,h =1,i= 3,j=2"]
)
def test_element(inside: str) -> None:
    assert position(inside, SCORES) == (0, 1, 3, 2)


def test_element_of_a_number() -> None:
    assert position("", LOSS) == ()


@pytest.mark.parametrize(
    "inside",
    [
        *(
            "",
            "0",
            "0,1,3",
            "0,1,3,2,0",
            "2,0,0,0",
            "0,0,0,5",
            "0,0,0,-1",
            "x,0,0,0",
            "0,0,0,",
            "0.0,0,0,0",
            "9" * 5000,
        ),
        *("b=0", "b=0,h=1,i=3,d=2", "b=0,b=0,i=3,j=2", "b=0,h=1,i=3,2", "b=0,h=1,i=3,j=", "b=0,h=1,i=3,j=5"),
        *("b==0,h=1,i=3,j=2", "0.0,0,0,0"),
    ],
)
def test_no_such_element(inside: str) -> None:
    with pytest.raises(AddressError, match=r"h.0.attn.scores has the indices b 0…1, h 0…2, i 0…3, j 0…4"):
        position(inside, SCORES)


@pytest.mark.parametrize("inside", ["0", "b=0", "x"])
def test_no_such_element_of_a_number(inside: str) -> None:
    with pytest.raises(AddressError, match="loss is a single number"):
        position(inside, LOSS)


def test_suggestions() -> None:
    names = ["loss", "h.0.attn.scores", "h.1.attn.scores", "h.0.attn.sum"]
    assert "'h.0.attn.score' here: perhaps you meant h.0.attn.scores, h.1.attn.scores or" in str(
        unknown("h.0.attn.score", names)
    )
    assert "there are, for example, loss, h.0.attn.scores" in str(unknown("zzz", names))


def test_the_error_is_a_users_and_a_mappings() -> None:
    error = unknown("x", ["loss"])
    assert isinstance(error, UserError)
    assert isinstance(error, KeyError)
    assert str(error).startswith("there is no tensor 'x' here")
