"""A Hydra app that knows nothing of card games: each run counts sheep in its sleep."""

import time

import hydra

from cuttle.launch.app import launch_run
from cuttle.launch.console import run_main
from cuttle.launch.program import Program


def nap(recorder, config):  # type: ignore[no-untyped-def]
    """Sleep, and write a file."""
    time.sleep(config["nap_s"])
    (recorder.run_dir / "dream.txt").write_text(f"{config['sheep'] * config['run']} sheep\n")
    if config["sheep"] == 13:
        raise RuntimeError("a nightmare")
    recorder.complete(["dream.txt"])


PROGRAM = Program(train="toy:nap")


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(config):  # type: ignore[no-untyped-def]
    """Launch one run; the sweeper launches several."""
    launch_run(config, PROGRAM)


if __name__ == "__main__":
    run_main(main)
