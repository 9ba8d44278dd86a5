"""Stalemate offers and conceding (rules 3.5, 3.6).

They cost nothing and a policy could learn nothing from them; the recorded games hold them.
"""

from dataclasses import dataclass
from typing import Any

from cuttle.game.jit import Record
from cuttle.game.state import Phase, acting

ANSWERS = {"stalemateAccept", "stalemateReject"}
CONSIDERING = -1  # the phase number the official engine gives to an open offer


@dataclass
class StalemateOffers:
    """The offers of one game."""

    offered_by: int | None = None  # seat whose offer is open
    last_turn: int | None = None  # turn number of the last offer; one per turn by both players

    def may_offer(self, game: Record) -> bool:
        """Return whether either player may offer a stalemate now (3.5)."""
        is_free = game["phase"] == Phase.MAIN and not game["over"] and self.offered_by is None
        return bool(is_free and self.last_turn != game["turn"])

    def acting(self, game: Record) -> int:
        """Return the seat that must decide now, which an open offer leaves to the other player."""
        return int(acting(game)) if self.offered_by is None else 1 - self.offered_by

    def carry_out(self, game: Record, seat: int, key: str) -> bool:
        """Carry out an offer, an answer or conceding; return False if it is none or not allowed."""
        if key == "concede":
            game["over"] = True
            game["winner"] = 1 - seat
        elif key == "stalemateRequest" and self.may_offer(game):
            self.offered_by = seat
            self.last_turn = int(game["turn"])
        elif key in ANSWERS and self.offered_by == 1 - seat:
            self.offered_by = None
            if key == "stalemateAccept":
                game["over"] = True
                game["frozen"] = 0
        else:
            return False
        game["passes"] = 0  # 3.4: anything but a pass breaks the row
        return True

    def describe(self, game: Record) -> dict[str, Any]:
        """Write the fields of the trace schema that an open offer changes."""
        if self.offered_by is None:
            return {}
        return {"phase": CONSIDERING, "active": None if game["over"] else self.acting(game)}
