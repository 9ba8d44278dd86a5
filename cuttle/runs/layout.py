"""Names of files and columns. No reading or writing here."""

import re
from enum import StrEnum
from pathlib import Path

from cuttle.config.schema import NAME_PATTERN

PACKAGE_DIR = Path(__file__).resolve().parents[1]  # in a checkout, train.py is beside it
EXPERIMENT_FILE = "experiment.json"
METADATA_FILE = "run_metadata.json"
STATUS_FILE = "status.json"
METRICS_FILE = "metrics.jsonl"
MATCHES_FILE = "matches.jsonl"
TIMINGS_FILE = "timings.jsonl"
LOG_FILE = "train.log"
LOCK_FILE = ".lock"
CHECKPOINT_FILE = "checkpoint.pt"
CONFIG_FILE = ".hydra/config.yaml"
OVERRIDES_FILE = ".hydra/overrides.yaml"
HYDRA_FILE = ".hydra/hydra.yaml"
MODELS_DIR = "models"
INITIAL_MODEL_FILE = "models/model_initial.pt"
FINAL_MODEL_FILE = "models/model_final.pt"
RESULT_FILES = (METRICS_FILE, MATCHES_FILE, INITIAL_MODEL_FILE, FINAL_MODEL_FILE)  # reproducible
OWN_RESULTS = (TIMINGS_FILE, *RESULT_FILES)  # of this program's runs; another's have others
ANALYSIS_DIR = "analysis"
SOURCE_DIR = ".source"  # of an experiment: an archive per version that trained runs of it

EXPERIMENT_NAME = re.compile(NAME_PATTERN)
DEFAULT_ROOT = Path("multirun")  # of experiments, in the working directory


class RunState(StrEnum):
    """Life of a run; INTERRUPTED and DAMAGED are derived by the reader, never written."""

    PENDING = "pending"
    PREPARED = "prepared"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    DAMAGED = "damaged"


class Outcome(StrEnum):
    """How an attempt at a run can end."""

    COMPLETED = "completed"
    FAILED = "failed"
    BUSY = "busy"  # another process works in the directory
    DONE = "done"  # another process has ended it before


class Stage(StrEnum):
    """Why a match was played: after a round, or once at the end on more games."""

    VALIDATION = "validation"
    FINAL = "final"


# One row per round. Every column is a deterministic function of config and seed.
METRICS_COLUMNS = (
    "round",  # 1-based
    "episodes",  # self-play games finished so far
    "decisions",  # decisions played so far
    "updates",  # gradient steps so far
    "samples_learnt",  # transitions learnt from so far, with repetition
    "epsilon",  # at the end of the round
    "learning_rate",  # at the end of the round
    "loss",  # mean over the round's updates; null without an update
    "q_mean",  # mean Q of the chosen actions over the round's updates; null likewise
    "game_length",  # mean decisions per finished self-play game; null without one
)

# One row per round, opponent and seat; wins + draws + losses = games. Seat 0 moves first.
MATCHES_COLUMNS = ("round", "stage", "opponent", "seat", "games", "wins", "draws", "losses")

# One row per round, seconds of wall clock, kept apart so that metrics stay byte-comparable.
TIMINGS_COLUMNS = ("round", "self_play_s", "learn_s", "evaluate_s", "round_s")


def run_name(condition: str, run: int) -> str:
    """Return the name of a run's directory: `boolean_run_01`, `boolean_scalars=false_run_01`."""
    return f"{condition}_run_{run:02d}"
