"""Print docs/configuration.md."""

from pathlib import Path

from hydra import compose, initialize_config_dir

from cuttle.config.hydra import register, value_in
from cuttle.config.pages import markdown

CONF = Path(__file__).parents[2] / "conf"


def main() -> None:
    """Print the page for the defaults of `conf/`."""
    register()
    with initialize_config_dir(str(CONF), version_base="1.3"):
        config = compose("config")
    print(markdown(value_in(config), CONF), end="")


if __name__ == "__main__":
    main()
