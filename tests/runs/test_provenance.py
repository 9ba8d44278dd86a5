"""What is written down of code and machine, also where there is nothing to be known."""

import shutil
import subprocess
from pathlib import Path

import pytest

from cuttle.runs import provenance


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package in a checkout of one commit, in place of ours."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    checkout = tmp_path / "checkout"
    package = checkout / "package"
    package.mkdir(parents=True)
    (package / "rules.py").write_text("DECK = 52\n")
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for asked in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "Begin")):
        subprocess.run(["git", "-C", str(checkout), *asked], check=True)
    monkeypatch.setattr(provenance, "PACKAGE_DIR", package)
    return package


@pytest.mark.parametrize(
    ("name", "is_dirty"),
    [("package/rules.py", True), ("package/new.py", True), ("conf/new.yaml", True),
     ("notes.txt", False)],
)  # fmt: skip
def test_a_changed_or_new_file_of_code_is_dirty(name: str, is_dirty: bool, package: Path) -> None:
    clean = provenance.git_state()
    path = package.parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("another = True\n")
    changed = provenance.git_state()

    assert clean["dirty"] is False and changed["dirty"] is is_dirty
    assert len(clean["commit"]) == 40 and changed["commit"] == clean["commit"]


def test_code_in_no_checkout_has_no_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "PACKAGE_DIR", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert provenance.git_state() == {"commit": None, "dirty": None}


def test_a_machine_without_git_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert provenance.git_state() == {"commit": None, "dirty": None}


def test_source_hash_changes_with_what_can_change_a_result_only(package: Path) -> None:
    def fingerprint() -> str:
        provenance.source_hash.cache_clear()
        return provenance.source_hash()

    try:
        before = fingerprint()
        (package / "notes.txt").write_text("not of the code\n")
        (package / "analysis").mkdir()
        (package / "analysis" / "figure.py").write_text("COLOUR = 'red'\n")
        assert fingerprint() == before
        (package / "rules.py").write_text("DECK = 40\n")
        edited = fingerprint()
        (package / "rules.py").rename(package / "deck.py")
        assert len({before, edited, fingerprint()}) == 3
    finally:
        provenance.source_hash.cache_clear()


def test_a_package_that_is_missing_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "PACKAGES", ("numpy", "no-such-package"))

    versions = provenance.package_versions()

    assert versions["numpy"] and versions["no-such-package"] is None


def test_a_processor_without_a_description_has_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(path: Path) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(Path, "read_text", unreadable)

    assert provenance.cpu_model()
