"""Train: Hydra composes the config, `cuttle.sweep` carries it out. Nothing is decided here.

python train.py                                              one run, defaults
python train.py -m network_type=boolean,embedding run=1,2    a sweep
"""

import sys

try:
    import hydra
    from omegaconf import DictConfig

    from cuttle.config.hydra import register
    from cuttle.sweep.callback import train_one
    from cuttle.sweep.errors import one_line_errors
    from cuttle.sweep.process import prepare_process
except ModuleNotFoundError as error:
    sys.exit(f"error: {error.name} is not installed for {sys.executable}; try .venv/bin/python")


@hydra.main(version_base="1.3", config_path="conf", config_name="config")
def main(config: DictConfig) -> None:
    """Train one run; a sweep is carried out by the callback that the config names."""
    sys.exit(train_one(config))


if __name__ == "__main__":
    prepare_process()
    register()
    with one_line_errors():
        main()
