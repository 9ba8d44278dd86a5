"""The list of places to break stays true to the sources; breaking them is a benchmark."""

import importlib.util
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def load_script() -> ModuleType:
    """Import benchmarks/mutation.py, which is no package."""
    spec = importlib.util.spec_from_file_location("mutation", ROOT / "benchmarks" / "mutation.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_mutation_finds_its_place_once() -> None:
    script = load_script()
    mutations = script.read_mutations()

    for mutation in mutations:
        source = (ROOT / "cuttle" / mutation.path).read_text(encoding="utf-8")
        assert source.count(mutation.old) == 1, mutation.what
        assert mutation.new != mutation.old
    assert {mutation.area for mutation in mutations} == set(script.AREAS)
    assert len(mutations) >= 200


def test_the_tests_that_should_notice_exist() -> None:
    areas = load_script().AREAS.values()

    names = [name for area in areas for name in (*area.tests, *area.slow_tests)]

    assert [name for name in names if not (ROOT / name).exists()] == []
