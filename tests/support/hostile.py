"""Words that strangers may put into a vocabulary or a prompt, made so that it is seen when one is more than text."""

from __future__ import annotations

from hypothesis import strategies as st

MARK = "hostile-mark"  # an element of this name exists only if a word was read as markup
WORDS = (
    f"<{MARK}>",
    f"<{MARK} onclick=canary.push(1)>x</{MARK}>",
    "<img src=x onerror=canary.push(1)>",
    "<script>canary.push(1)</script>",
    f"</script><script>canary.push(1)</script><{MARK}>",
    f"<!--<script>--><{MARK}>",
    f"]]><{MARK}>",
    f"'\"><svg onload=canary.push(1)><{MARK}>",
    f"</title></style></textarea></template><{MARK}>",
    "javascript:canary.push(1)",
    "\\u003cscript\\u003e \\x3c &lt;b&gt; &#60;",
    "${canary.push(1)} `${canary.push(1)}` {{canary.push(1)}}",
    "'+canary.push(1)+'",
    "$& $1 $` $' $$",
    "{} {0} {word} {{}} %s %d",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "\u202eright to left\u202c",
    "\u2066مرحبا\u2069 שלום",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f3f4\U000e0067\U000e0062\U000e007f",
    "Z" + "\u0351\u036b\u0343\u036a" * 20,
    "\u2028\u2029\u0085\ufeff\u200b\u00ad",
    "\t\r\n \x0b\x0c",
    "\x00\x01\x1b[31m\x7f\ufffe\uffff",
    "0",
    "-1",
    "NaN",
    "Infinity",
    "1,2]",
    "[0,1]",
    "#?&=%2523%00",
    '"',
    "'",
    "\\",
    "loss",
    "x" * 10_000,
    "<" * 10_000,
    "\u0645" * 10_000,
    "a b " * 2_500,
)
# Whatever Unicode has, but halves of pairs, which no UTF-8 file holds.
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KNOWN = st.integers(0, len(WORDS) - 1).map(WORDS.__getitem__)
WORD = st.one_of(KNOWN, ANY, st.builds(str.__add__, KNOWN, ANY))


def vocabularies(size: int) -> st.SearchStrategy[list[str]]:
    """Lists of so many different words."""
    return st.lists(WORD, min_size=size, max_size=size, unique=True)
