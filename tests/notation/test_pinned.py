"""A few numbers of a tensor: the same as all of them give."""

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Index, Sum, Writer, check
from gpt_by_hand.notation.errors import DefinitionError
from gpt_by_hand.notation.pinned import pinned
from gpt_by_hand.printers.text import formula

i, j = Index("i", 2), Index("j", 3)


def written():
    write = Writer()
    x = write.input("x", i, j)
    y, z = write.define("y", ""), write.define("z", "")
    y[i, j] = x[i, j] * 2
    z[i, j] = Sum(Index("k", 3), y[i, Index("k", 3)]) + x[i, j]
    return write.program()


def test_one_position():
    found = check(pinned(written(), ["z"], {j: 1}))
    assert [formula(a) for a in found.assignments] == [
        "y[i, j] = x[i, j] * 2",
        "z[i] = sum(k, y[i, k]) + x[i, 1]",
    ]
    given = {"x": np.arange(6.0).reshape(2, 3)}
    np.testing.assert_array_equal(reference.run(found, given)["z"], reference.run(written(), given)["z"][:, 1])


def test_what_is_read_elsewhere_is_needed():
    with pytest.raises(DefinitionError, match="y is read by another formula"):
        pinned(written(), ["y"], {j: 1})
