"""Greedy games against fixed opponents: on fixed deals. No learning, no statistics."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cuttle import opponents
from cuttle.config.schema import EvaluationSettings
from cuttle.env.match import Player, play_deals
from cuttle.game.state import random_decks
from cuttle.game.variants import Rules
from cuttle.training.streams import stream

VALIDATION, FINAL = "validation", "final"


def fixed_deals(deal_seed: int, name: str, num_deals: int) -> NDArray[np.uint8]:
    """Return the deals of that name, `(num_deals, 52)`: the same for every run and type."""
    return random_decks(num_deals, stream(deal_seed, f"deals {name}"))


class Evaluator:
    """Plays the evaluation games; each deal is played once from either seat."""

    def __init__(self, *, settings: EvaluationSettings, seed: int, rules: Rules) -> None:
        """Load the opponents; the run's seed has a stream for each round, opponent and seat."""
        self._settings = settings
        self._seed = seed
        self._rules = rules
        self._opponents = {name: opponents.load(name, rules) for name in settings.opponents}

    def validate(self, player: Player, round_: int, num_games: int) -> list[dict[str, Any]]:
        """Play `num_games` per opponent, rounded down to even, on deals of that round."""
        return self._matches(player, round_, VALIDATION, f"round {round_}", num_games)

    def evaluate_final(self, player: Player, round_: int) -> list[dict[str, Any]]:
        """Play the final games, on deals that no validation uses."""
        return self._matches(player, round_, FINAL, FINAL, self._settings.final_games)

    def _matches(
        self, player: Player, round_: int, stage: str, deals: str, num_games: int
    ) -> list[dict[str, Any]]:
        """Play all opponents from both seats; return one row per opponent and seat."""
        if num_games < 2:
            return []
        decks = fixed_deals(self._settings.deal_seed, deals, num_games // 2)
        rows = []
        for name, opponent in self._opponents.items():
            for seat, pair in enumerate(((player, opponent), (opponent, player))):
                rng = stream(self._seed, f"evaluate {deals} {name} {seat}")
                winner = play_deals(pair, decks, rng, rules=self._rules)
                wins, draws = int((winner == seat).sum()), int((winner < 0).sum())
                rows.append(
                    {
                        "round": round_,
                        "stage": stage,
                        "opponent": name,
                        "seat": seat,
                        "games": len(decks),
                        "wins": wins,
                        "draws": draws,
                        "losses": len(decks) - wins - draws,
                    }
                )
        return rows
