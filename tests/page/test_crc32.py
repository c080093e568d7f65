"""The checksum of a page's content is zlib's."""

from __future__ import annotations

import zlib

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.node import needs_node, node

pytestmark = needs_node


@settings(max_examples=5)
@given(st.lists(st.text(), min_size=30, max_size=60))
def test_it_is_that_of_zlib(texts: list[str]) -> None:
    code = 'import { crc32 } from "app/numbers/crc32.js";\nsend(given.map(crc32));'
    assert node(code, texts) == [zlib.crc32(text.encode()) for text in texts]
