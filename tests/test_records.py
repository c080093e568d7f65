"""Our `dataclass` makes what the standard library's makes; so it is compared with that, whatever it is asked for."""

import ast
import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, field, fields, replace
from functools import cached_property
from inspect import signature
from typing import Any

import pytest

from gpt_by_hand.notation import Index, Negate
from gpt_by_hand.records import dataclass
from tests.test_layout import MODULES

OPTIONS = [{}, {"slots": True}, {"repr": False}, {"eq": False}, {"kw_only": True}, {"slots": True, "kw_only": True}]


def both(options: dict[str, bool], *, kinds: Callable[[Any], Any]) -> tuple[Any, Any]:
    """The same class, made by ours and by the standard library."""
    return kinds(dataclass(frozen=True, **options)), kinds(dataclasses.dataclass(frozen=True, **options))


def many(make: Any) -> Any:
    @make
    class Kind:
        """With all that a field can have."""

        name: str
        shape: tuple[int, ...] = (1, 2)
        notes: list[str] = field(default_factory=list)
        hidden: int = field(default=3, repr=False)
        aside: float = field(default=0.5, compare=False)
        last: bool = field(default=False, kw_only=True)

    return Kind


def one(make: Any) -> Any:
    @make
    class Kind:
        """One field, changed on the way in."""

        value: float

        def __post_init__(self) -> None:
            object.__setattr__(self, "value", self.value + 1)

    return Kind


def none(make: Any) -> Any:
    @make
    class Kind:
        """Nothing."""

    return Kind


def own(make: Any) -> Any:
    @make
    class Kind:
        """With methods of its own."""

        value: int

        def __init__(self, value: int) -> None:
            object.__setattr__(self, "value", value)

        def __repr__(self) -> str:
            return "own"

        def __hash__(self) -> int:
            return 7

    return Kind


ARGUMENTS: dict[Callable[[Any], Any], list[dict[str, Any]]] = {
    many: [{"name": "a"}, {"name": "b"}, {"name": "a", "aside": 2.0}, {"name": "a", "notes": ["x"], "last": True}],
    one: [{"value": 1}, {"value": 2.5}, {"value": 1.0}],
    none: [{}],
    own: [{"value": 1}, {"value": 2}],
}


def outcome(what: Callable[..., Any], *arguments: object) -> object:
    """What comes of it, or the kind of the error."""
    try:
        return what(*arguments)
    except Exception as error:  # whatever it is, both must raise it
        return type(error)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("kinds", ARGUMENTS)
def test_it_is_as_the_standard_library_s(kinds: Callable[[Any], Any], options: dict[str, bool]) -> None:
    ours, theirs = both(options, kinds=kinds)
    assert getattr(ours, "__match_args__", None) == getattr(theirs, "__match_args__", None)
    assert hasattr(ours, "__slots__") == hasattr(theirs, "__slots__")
    assert [(f.name, f.kw_only) for f in fields(ours)] == [(f.name, f.kw_only) for f in fields(theirs)]
    assert list(signature(ours).parameters) == list(signature(theirs).parameters)
    pairs = [(ours(**given), theirs(**given)) for given in ARGUMENTS[kinds]]
    for mine, other in pairs:
        assert asdict(mine) == asdict(other)
        if options.get("repr", True):
            assert repr(mine) == repr(other)
        if options.get("eq", True):
            assert outcome(hash, mine) == outcome(hash, other)
        assert asdict(copy.deepcopy(mine)) == asdict(copy.copy(mine)) == asdict(mine)
    for mine, other in pairs:
        assert [mine == m for m, _ in pairs] == [other == o for _, o in pairs]
        assert mine != other
        assert mine != asdict(mine)


@pytest.mark.parametrize("options", [{}, {"slots": True}], ids=str)
def test_nothing_can_be_changed(options: dict[str, bool]) -> None:
    ours, _ = both(options, kinds=many)
    made = ours("a")
    with pytest.raises(FrozenInstanceError, match="'name' of a Kind"):
        made.name = "b"
    with pytest.raises(FrozenInstanceError):
        del made.name
    assert made.name == "a"
    assert replace(made, name="b") == ours("b")


@pytest.mark.parametrize("arguments", [(), ("a", 1, [], 2, 3, True), ("a", "b", "c", "d", "e", "f", "g")], ids=str)
def test_missing_and_too_many_arguments_are_an_error(arguments: tuple[object, ...]) -> None:
    ours, theirs = both({}, kinds=many)
    assert outcome(ours, *arguments) is outcome(theirs, *arguments) is TypeError


def test_lists_are_not_shared() -> None:
    ours, _ = both({}, kinds=many)
    assert ours("a").notes is not ours("a").notes


def test_fields_without_a_default_come_first() -> None:
    with pytest.raises(SyntaxError):

        @dataclass(frozen=True)
        class _Wrong:
            first: int = 0
            second: str  # type: ignore[misc]


@dataclass(frozen=True)
class Base:
    """One field."""

    number: int


@dataclass(frozen=True)
class Derived(Base):
    """And one more."""

    text: str = ""

    @cached_property
    def both(self) -> str:
        """Kept."""
        return f"{self.number}{self.text}"


def test_classes_inherit_and_keep_properties() -> None:
    made = Derived(1, text="a")
    assert made.both == "1a" == vars(made)["both"]
    assert repr(made) == "Derived(number=1, text='a')"
    assert Derived(1) != Base(1)


@pytest.mark.parametrize("made", [Derived(1, "a"), Negate(Index("i", 3))], ids=["dictionary", "slots"])
def test_pickles_come_back(made: object) -> None:
    assert pickle.loads(pickle.dumps(made)) == made


def test_what_is_not_frozen_is_the_standard_library_s() -> None:
    @dataclass
    class Changing:
        number: int = 1

    made = Changing()
    made.number = 2
    assert made == Changing(2)


@pytest.mark.parametrize("module", MODULES)
def test_everybody_takes_ours(module: str) -> None:
    """But for ours itself, and the witness, which imports nothing of ours."""
    if module == "gpt_by_hand.records" or module.startswith("gpt_by_hand.engines.torch"):
        return
    imports = [node for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8")))]
    names = [
        a.name
        for node in imports
        if isinstance(node, ast.ImportFrom) and node.module == "dataclasses"
        for a in node.names
    ]
    assert "dataclass" not in names
