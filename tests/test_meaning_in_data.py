"""Nobody outside of `notation` and `model` reads meaning from what a tensor or an index is called."""

import ast
from collections.abc import Iterator

import pytest

from tests.explain.traces import trace
from tests.test_layout import MODULES, package_of

SPLITS = {"startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "split", "rsplit"}
SPLITS |= {"find", "rfind", "index", "rindex", "count", "strip", "lstrip", "rstrip", "replace"}
MATCHES = {"match", "fullmatch", "search", "sub", "subn", "findall", "finditer", "fnmatch", "fnmatchcase", "filter"}
NO_TENSORS = {"path", "info", "started", "script", "other", "found", "os", "field", "parent"}  # have a `.name` too
# Where a variable may hold the name of a tensor or of an index, and what such variables are called.
PACKAGES = {"schedule", "printers", "engines", "training", "interop", "trace", "layout", "views", "explain", "practice"}
VARIABLES = {"name", "names", "parameter", "subject", "tensor", "index", "letter"}
SEVERAL = {"names", "tensor", "index", "parameter"}  # more than one name, or more than a name
MAPS = {"interop.fitting"}  # from other programs' names for tensors
ALLOWED = {
    ("printers.latex", "re.fullmatch('[\\\\w.]+', name, re.ASCII)"): "which letters LaTeX can set as they are",
    ("printers.numpy", "RESERVED.fullmatch(name)"): "which variables Python has no room for",
    ("printers.paper", "re.fullmatch('([A-Za-z])(\\\\d*)', name)"): "a letter and a number are set with a subscript",
    ("trace.address", "name.partition('.')"): "what a user has typed",
    ("trace.address", "']' in name"): "what a user has typed",
    ("trace.address", "name.strip()"): "what a user has typed",
    ("trace.missing", "name.replace(*TIED)"): "what a user has typed",
    ("trace.missing", "fnmatchcase(other, name)"): "a glob that a user has typed",
    ("explain.heats", "scope.name.startswith(inside)"): "a part of the model that a user has typed",
    ("trace.trace", "fnmatchcase(name, pattern)"): "a glob that a user has typed",
    ("explain.why", "fnmatchcase(name, pattern)"): "a glob that a user has typed",
    ("engines.torch.device", "re.search(f'(?<!\\\\w){part}(?!\\\\w){OTHERS}', name)"): "the name of a device",
    ("training.checkpoint", "form.fullmatch(name)"): "the name of a file",
    ("training.metrics", "name in ('iteration', 'tokens')"): "a field of metrics",
    ("interop.settings", "name[:40]"): "a setting of another program, cut short in an error",
    ("printers.names", "name[:1]"): "an identifier must not begin with a digit",
    ("interop.settings", "re.sub('(?<=[a-z])(?=[A-Z])', '_', name)"): "a setting of another program",
}


def is_name(node: ast.expr, variables: bool = True) -> bool:
    """May this be the name of a tensor or of an index: `x.name`, or a variable that holds one?"""
    if isinstance(node, ast.Attribute) and node.attr == "name":
        value = node.value
        last = getattr(value, "attr", getattr(value, "id", ""))
        return not isinstance(value, ast.Call) and last not in NO_TENSORS
    return variables and isinstance(node, ast.Name) and node.id in VARIABLES


def is_one_name(node: ast.expr, variables: bool = True) -> bool:
    """The same, and not several of them, which may have a first one."""
    return is_name(node, variables) and getattr(node, "id", "") not in SEVERAL


def is_literal(node: ast.expr) -> bool:
    """Text, or several texts."""
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return bool(node.elts) and all(map(is_literal, node.elts))
    return (isinstance(node, ast.Constant) and isinstance(node.value, str)) or isinstance(node, ast.JoinedStr)


def asks(node: ast.AST, variables: bool) -> bool:
    """Does this node ask a name how it begins, ends or splits, or compare it with a literal?"""
    if isinstance(node, ast.Call):
        function = node.func
        called = getattr(function, "attr", getattr(function, "id", ""))
        receiver = function.value if isinstance(function, ast.Attribute) else None
        if called in SPLITS and receiver is not None and is_one_name(receiver, variables):
            return True
        if called in SPLITS and isinstance(receiver, ast.Name) and receiver.id == "str":
            return any(is_name(argument, variables) for argument in node.args[:1])
        return called in MATCHES and any(is_name(argument, variables) for argument in node.args)
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        inside = isinstance(node.ops[0], (ast.In, ast.NotIn)) and is_name(node.comparators[0], False)
        return inside or (any(is_name(side, variables) for side in sides) and any(map(is_literal, sides)))
    if isinstance(node, ast.Subscript):
        part = isinstance(node.slice, (ast.Slice, ast.UnaryOp)) or (
            isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int)
        )
        table = isinstance(node.value, ast.Dict) and is_name(node.slice, variables)
        return table or (part and is_one_name(node.value, variables))
    return isinstance(node, ast.Match) and is_name(node.subject, variables)


def asked(source: str, variables: bool = True) -> Iterator[str]:
    """The places of a module that do, as they are written."""
    yield from (ast.unparse(node) for node in ast.walk(ast.parse(source)) if asks(node, variables))


def asked_in(module: str) -> set[tuple[str, str]]:
    """The places of one of our modules that do, and are not its business."""
    package, inside = package_of(module), module.partition(".")[2]
    if package in ("notation", "model") or inside in MAPS:
        return set()
    source = MODULES[module].read_text(encoding="utf-8")
    return {(inside, said) for said in asked(source, package in PACKAGES)}


@pytest.mark.parametrize("module", MODULES)
def test_no_name_is_asked_what_it_means(module):
    assert asked_in(module) - ALLOWED.keys() == set()


def test_what_is_allowed_is_there():
    assert {one for module in MODULES for one in asked_in(module)} == ALLOWED.keys()
    assert all(f"gpt_by_hand.{one}" in MODULES for one in MAPS)


@pytest.mark.parametrize(
    "line",
    [
        "x = tensor.name.startswith('d.')",
        "x = access.tensor.name.endswith('.mask')",
        "x = name.removeprefix(GRADIENT)",
        "x = parameter.name.removesuffix('.weight')",
        "kind, rest = name.split('.', 1)",
        "kind, rest = node.tensor.name.rsplit('.', 1)",
        "kind, _, rest = tensor.name.partition('.')",
        "x = re.fullmatch(r'h[.].*', assignment.target.name)",
        "x = PATTERN.search(name)",
        "x = fnmatchcase(node.tensor.name, pattern)",
        "x = fnmatch.filter(names, 'h.*')",
        "x = tensor.indices[0].name == 'b'",
        "x = 'loss' != name",
        "x = name in ('tokens', 'targets')",
        "x = index.name not in 'tij'",
        "x = f'd.{loss}' == tensor.name",
        "x = tensor.name[:2]",
        "x = tensor.name[0]",
        "x = name[:2]",
        "x = name[0]",
        "x = tensor.name.index('.')",
        "x = tensor.name.count('.')",
        "x = str.startswith(tensor.name, 'd.')",
        "x = PREFIX in tensor.name",
        "x = {'b': 1}[index.name]",
        "match index.name:\n    case 'b': pass",
    ],
)
def test_a_planted_place_is_found(line):
    assert list(asked(f"def f():\n    {line.replace(chr(10), chr(10) + '    ')}\n"))


@pytest.mark.parametrize(
    "line",
    [
        "x = arrays[tensor.name]",
        "x = tensor.name in program.definitions",
        "x = access.tensor.name == name",
        "x = tensor.role is Role.MASK",
        "x = index.axis == SEQUENCE",
        "x = f'{tensor.name}[0]'",
        "x = path.name.startswith('.')",
        "x = ', '.join(index.name for index in indices)",
    ],
)
def test_looking_up_is_no_question(line):
    assert list(asked(line)) == []


# Where tensors are known by what they are (`program.about(concepts.LOSS)`), and not by a name that stands in the code.
BY_CONCEPT = {"schedule", "printers", "layout", "views", "trace", "explain", "practice"}
LITERALLY = {
    ("explain.worked_example", "self.program.tensors[f'transformer.{name}.weight']"): "the description's own example",
    ("explain.worked_example", "self.values['tokens']"): "the description's own example",
    ("practice.sources", "program.definitions[f'{name}.{UNMASKED}']"): "what it has added to the program itself",
    ("printers.numpy", "self.names[f'role {place}']"): "what `side_by_side` has made",
    ("trace.recording", "trace['loss']"): "what the trainer's check is told",
    ("trace.watched", "data['iteration']"): "what a line of the file says",
    ("trace.watched", "data['tokens']"): "what a line of the file says",
}
TENSORS = set(trace("dropout", 0).program.tensors)


def looked_up(source: str) -> Iterator[str]:
    """The places that look a tensor up by a name that is written there, whole or in part."""
    for node in ast.walk(ast.parse(source)):
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript):
            key = node.slice
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("get", "pop"):
            key = next(iter(node.args), None)
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
            key = node.left
        whole = isinstance(key, ast.Constant) and key.value in TENSORS
        added = isinstance(key, ast.BinOp) and isinstance(key.op, ast.Add) and (is_name(key.left) or is_name(key.right))
        made = isinstance(key, ast.JoinedStr) and not isinstance(node, ast.Compare)
        if whole or added or made:
            yield ast.unparse(node)


@pytest.mark.parametrize("module", [module for module in MODULES if package_of(module) in BY_CONCEPT])
def test_no_tensor_is_looked_up_by_a_name_in_the_code(module):
    inside = module.partition(".")[2]
    found = {(inside, said) for said in looked_up(MODULES[module].read_text(encoding="utf-8"))}
    assert found - LITERALLY.keys() == set()


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("x = arrays['tokens']", True),
        ("x = trace.arrays.get('h.0.attn.scores')", True),
        ("x = 'loss' in program.definitions", True),
        ("x = arrays[f'd.{name}']", True),
        ("x = arrays['d.' + tensor.name]", True),
        ("x = arrays[tensor.name]", False),
        ("x = styles['note']", False),
        ("x = program.about(concepts.LOSS)", False),
    ],
)
def test_a_planted_lookup_is_found(line, found):
    assert bool(list(looked_up(line))) == found
