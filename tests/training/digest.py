"""The digest of a tiny training of every network type: its numbers and its weights.

`python -m tests.training.digest` prints the digests; `--remake` in an environment that pins the
portable arithmetic stores them, as is needed after a change of results.
"""

import argparse
import hashlib
import json
from pathlib import Path

from cuttle.launch.build import build_trainer
from cuttle.runs.provenance import package_versions
from tests.training.build import NETWORK_TYPES, composed, numbers

STORED = Path(__file__).parents[1] / "data" / "portable_digests.json"
TINY = ("training=smoke", "training.rounds=1", "seed=fixed", "seed.value=7")
DECISIVE = ("torch", "numpy", "numba")  # packages whose version may change a bit


def digest(network_type: str) -> str:
    """Train one round and fingerprint what it reported and what it has learnt."""
    trainer = build_trainer(composed(*TINY, f"network_type={network_type}"))
    whole = hashlib.sha256(numbers(list(trainer.rounds())).encode())
    for weights in trainer.model_state().values():
        whole.update(weights.numpy().tobytes())
    return whole.hexdigest()[:16]


def digests(network_types: list[str]) -> dict[str, dict[str, str]]:
    """Return the digests of network types, and the versions that they belong to."""
    versions = package_versions()
    return {
        "versions": {name: str(versions[name]).partition("+")[0] for name in DECISIVE},
        "digests": {name: digest(name) for name in network_types},
    }


def main() -> None:
    """Print the digests, or store them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("network_type", nargs="*", default=NETWORK_TYPES)
    parser.add_argument("--remake", action="store_true", help=f"write {STORED.name} anew")
    arguments = parser.parse_args()
    text = json.dumps(digests(arguments.network_type), indent=2) + "\n"
    if arguments.remake:
        STORED.write_text(text)
    print(text, end="")


if __name__ == "__main__":
    main()
