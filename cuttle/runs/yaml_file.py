"""YAML read as OmegaConf reads it: with the C parser. No composition, no interpolation."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from cuttle.runs.files import MAX_DEPTH, MAX_INTEGER, read_bytes

# OmegaConf's grammar of a float: unlike plain YAML 1.1 it takes `1e-3` for a number.
_FLOAT = re.compile(
    r"""^(?:[-+]?[0-9]+(?:_[0-9]+)*\.[0-9_]*(?:[eE][-+]?[0-9]+)?
    |[-+]?[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+)
    |\.[0-9]+(?:_[0-9]+)*(?:[eE][-+][0-9]+)?
    |[-+]?[0-9]+(?:_[0-9]+)*(?::[0-5]?[0-9])+\.[0-9_]*
    |[-+]?\.(?:inf|Inf|INF)
    |\.(?:nan|NaN|NAN))$""",
    re.VERBOSE,
)
_TAG = "tag:yaml.org,2002:"
# The kinds of values that a config can have; sets, binary data and ordered maps are none.
_KINDS = ("null", "bool", "int", "float", "str", "seq", "map")
MAX_VALUES = 100_000  # that aliases may unfold to
# What PyYAML lets out where a text is not of the kind that its tag or form promises.
_CONVERSION_ERRORS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

# PyYAML built without libyaml has no C parser; the pure one reads the same, ten times slower.
_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _ConfigLoader(_BaseLoader):  # type: ignore[misc]  # the base is chosen above, at run time
    """Safe loader with OmegaConf's floats, no timestamps, and no silent duplicate keys."""

    def construct_document(self, node: yaml.Node) -> Any:
        """Build the document; raise ConstructorError where it is too deep or unfolds too far."""
        _measure(node, 1, {})
        return super().construct_document(node)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping; raise ConstructorError where a key is given twice."""
        seen: set[str] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node.value, str):
                continue
            if key_node.value in seen:
                raise _fault(f"key {key_node.value[:40]!r} is given twice", key_node)
            seen.add(key_node.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return mapping

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        """Build an integer; raise ConstructorError for one beyond 64 bits."""
        try:
            number: int = super().construct_yaml_int(node)
        except (IndexError, ValueError) as error:
            raise _fault(f"{node.value[:20]!r} is not a number", node) from error
        if abs(number) > MAX_INTEGER:
            raise _fault(f"number too large: {node.value[:20]}...", node)
        return number


_ConfigLoader.yaml_implicit_resolvers = {
    first: [
        (tag, regexp)
        for tag, regexp in resolvers
        if tag not in (f"{_TAG}float", f"{_TAG}timestamp")
    ]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_ConfigLoader.add_implicit_resolver(f"{_TAG}float", _FLOAT, list("-+0123456789."))
_ConfigLoader.yaml_constructors = {
    tag: constructor
    for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag in {f"{_TAG}{kind}" for kind in _KINDS}
}
_ConfigLoader.add_constructor(f"{_TAG}int", _ConfigLoader.construct_yaml_int)


def _measure(node: yaml.Node, depth: int, known: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """Return how many values a node unfolds to and how deep; aliases are measured once."""
    height, size = known.get(id(node), (1, 1))
    if depth + height > MAX_DEPTH:
        raise _fault(f"more than {MAX_DEPTH} nested values", node)
    if id(node) not in known and not isinstance(node, yaml.ScalarNode):
        parts = [_measure(part, depth + 1, known) for part in _parts(node)]
        height = 1 + max((part[0] for part in parts), default=0)
        size = 1 + sum(part[1] for part in parts)
        known[id(node)] = height, size
    if size > MAX_VALUES:
        raise _fault(f"aliases unfold to more than {MAX_VALUES:,} values", node)
    return height, size


def _parts(node: yaml.Node) -> Iterator[yaml.Node]:
    for part in node.value:
        yield from part if isinstance(part, tuple) else (part,)


def _fault(problem: str, node: yaml.Node) -> yaml.constructor.ConstructorError:
    return yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML mapping; an empty file is an empty mapping. ValueError names what is wrong."""
    document = _read_document(path)
    if document is None:
        return {}
    if not isinstance(document, dict):
        kind = type(document).__name__
        raise ValueError(f"{path} holds a {kind}, not a mapping of keys to values")
    return document


def read_yaml_list(path: Path) -> list[Any]:
    """Read a YAML list. ValueError names what is wrong."""
    document = _read_document(path)
    if not isinstance(document, list):
        raise ValueError(f"{path} holds a {type(document).__name__}, not a list")
    return document


def _read_document(path: Path) -> Any:
    content = read_bytes(path)
    try:
        return yaml.load(content.decode("utf-8"), Loader=_ConfigLoader)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ValueError(f"{path} is not valid YAML: line {line} is not UTF-8 text") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        raise ValueError(f"{path} is not valid YAML: {where}: {error.problem}") from error
    except (yaml.YAMLError, RecursionError, *_CONVERSION_ERRORS) as error:
        reason = str(error).split("\n")[0]
        raise ValueError(f"{path} is not valid YAML: {reason}") from error
