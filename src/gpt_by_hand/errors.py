"""The one error that a user sees as a single line with exit code 2: bad input, not a bug of ours."""


class UserError(Exception):
    """Something the user gave (a file, a flag, an address) does not make sense.

    The message is one line: what is wrong, where, with which values, and what to do about it.

    >>> from gpt_by_hand import GPT
    >>> GPT.from_preset("demo").generate("helo")
    Traceback (most recent call last):
        ...
    gpt_by_hand.errors.UserError: word 'helo' is not among the 32 entries of the vocabulary; nearest: 'hello', 'love'
    """


def one_line(error: BaseException) -> str:
    """What an error of another program's says, to stand in a line of ours."""
    said = " ".join(str(error).split())[:200] or type(error).__name__
    return f"no entry {said}" if isinstance(error, KeyError) else said


class NotInstalled(UserError):
    """A library is wanted that is not there; the message says how to install it."""
