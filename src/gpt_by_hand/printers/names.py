"""Names of variables for tensors: underscores for dots, and more letters where a name is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable


def identifiers(addresses: Iterable[str], reserved: Callable[[str], object]) -> dict[str, str]:
    """A name for each address, none of them reserved and none used twice."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for address in addresses:
        name = "".join(character if ("_" + character).isidentifier() else "_" for character in address)
        name = name if name[:1].isidentifier() else f"n{name}"  # a digit cannot begin a name
        while reserved(name) or name in taken:
            name = f"n_{name}" if reserved(f"{name}_") else f"{name}_"
        names[address] = name
        taken.add(name)
    return names
