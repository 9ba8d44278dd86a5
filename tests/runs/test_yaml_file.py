"""YAML is read as OmegaConf reads it."""

from pathlib import Path

import pytest
from omegaconf import OmegaConf

from cuttle.runs.yaml_file import read_yaml

TEXTS = [
    "a: 1e-3\nb: 1.0e-3\nc: .5\nd: 100_000\ne: -1E+5\nf: 1_0.5",
    "a: .inf\nb: -.inf\nc: 012\nd: 0x1F\ne: 1:30",
    "a: on\nb: True\nc: 'true'\nd: ~\ne: null\nf:",
    "a: 2026-01-01\nb: '1'\nc: [1, 2.0, x]\nd: {x: {y: 1}}",
    "base: &base {x: 1}\nother: *base",
    "a: ${b}\nb: 2",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_values_agree_with_omegaconf(tmp_path: Path, text: str):
    path = tmp_path / "config.yaml"
    path.write_text(text)

    expected = OmegaConf.to_container(OmegaConf.load(path), resolve=False)

    assert read_yaml(path) == expected
    assert [type(v) for v in read_yaml(path).values()] == [type(v) for v in dict(expected).values()]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "line 2, column 1: key 'a' is given twice"),
        ("a: [1", "is not valid YAML: line"),
        ("- 1\n- 2", "holds a list"),
        ("a: !!python/object/apply:os.getcwd []", "is not valid YAML"),
    ],
)
def test_bad_file_is_named_with_its_fault(tmp_path: Path, text: str, message: str):
    path = tmp_path / "config.yaml"
    path.write_text(text)

    with pytest.raises(ValueError, match=r"config\.yaml") as caught:
        read_yaml(path)

    assert message in str(caught.value)
