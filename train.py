"""Train a run or a sweep. Nothing is decided here.

python train.py                                              one run, defaults
python train.py -m network_type=boolean,embedding run=1,2    a sweep
"""

import signal
import sys

if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # as in the background of a script
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until `run_main`, Ctrl-C ends this silently

try:
    import hydra
    from omegaconf import DictConfig

    from cuttle.config.hydra import register
    from cuttle.launch.app import launch_run
    from cuttle.launch.console import run_main
    from cuttle.launch.training_program import PROGRAM
except ModuleNotFoundError as error:
    sys.exit(f"error: {error.name} is not installed for {sys.executable}; try .venv/bin/python")

ARGUMENTS = sys.argv[1:]


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(config: DictConfig) -> float | None:
    """Train one run and return its win rate; a sweep is carried out by the sweeper."""
    return launch_run(config, PROGRAM, ARGUMENTS)


if __name__ == "__main__":
    register()
    run_main(main)
