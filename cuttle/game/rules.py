"""What an action does to a game. Whether it may be played is in `legal`, one-offs in `effects`."""

import numpy as np

from cuttle.game.actions import DEFAULT, FIRST_CHOICE, FIRST_EFFECT, FIRST_PLAY, FIRST_SCUTTLE
from cuttle.game.cards import (
    EIGHTS,
    FIRST_JACK,
    JACKS,
    KINGS,
    NINES,
    NO_CARD,
    NUMBERS,
    TWOS,
    bit,
    count,
    point_sum,
)
from cuttle.game.effects import draw, lift_point_card, resolve_one_off, scrap_one_off
from cuttle.game.jit import Int, Record, inlined, kernel
from cuttle.game.state import Phase, acting, active, hand_size, jacks_on, pile_size, sees_hand
from cuttle.game.variants import Rules


@kernel
def points(game: Record, seat: Int) -> Int:
    """Add up the points this seat controls."""
    return point_sum(game.points[seat])


@kernel
def goal(game: Record, seat: Int, rules: Rules) -> Int:
    """Return the points this seat needs to win (rules 3.1)."""
    return rules.king_goals[count(game.faces[seat] & KINGS)]


@inlined
def _end_turn(game: Record) -> None:
    game.phase = Phase.MAIN
    game.turn += 1


@inlined
def _end_action(game: Record, rules: Rules) -> None:
    """End the active player's action: discard down to the hand limit, or pass the turn (2.2)."""
    excess = hand_size(game, active(game)) - rules.hand_limit
    if rules.discard_to_limit and excess > 0:
        game.phase = Phase.HAND_LIMIT
        game.owed = excess
    else:
        _end_turn(game)


@inlined
def _take_from_pile(game: Record, card: Int) -> None:
    """Take a card shown by a seven from the pile; the other one stays on top (8.1)."""
    top = game.deck_top
    if game.deck[top] != card:
        game.deck[top + 1] = game.deck[top]
    game.deck_top += 1
    game.known_top -= 1
    game.revealed = 0


@inlined
def _thaw(game: Record) -> None:
    """Free what was frozen for the active player: they take their action of the turn (7.9)."""
    game.frozen &= game.hand[1 - active(game)]


@inlined
def _take_played_card(game: Record, card: Int) -> None:
    """Take the card being played from the hand, or from a seven, which is then spent."""
    if game.phase == Phase.SEVEN:
        _take_from_pile(game, card)
        scrap_one_off(game)
    else:
        game.hand[active(game)] &= ~bit(card)
        _thaw(game)
    game.pending = NO_CARD


@inlined
def _ask_target(game: Record, card: Int, phase: Int) -> None:
    game.pending = card
    game.phase = phase


@inlined
def _resume_phase(game: Record) -> None:
    """Return to the phase in which the half-decided move began."""
    game.phase = Phase.SEVEN if game.revealed > 0 else Phase.MAIN


@inlined
def _play(game: Record, card: Int, rules: Rules) -> None:
    """Play a card for points or as king, queen or jack."""
    if bit(card) & JACKS:
        _ask_target(game, card, Phase.JACK_TARGET)
        return
    _take_played_card(game, card)
    me = active(game)
    if bit(card) & NUMBERS:
        game.points[me] |= bit(card)
    else:
        game.faces[me] |= bit(card)
    _end_action(game, rules)


@inlined
def _announce(game: Record, card: Int, target: Int) -> None:
    """Put a one-off on the stack and ask the other player for a counter (7.1)."""
    _take_played_card(game, card)
    game.one_off = card
    game.target = target
    game.num_twos = 0
    game.phase = Phase.COUNTER


@inlined
def _effect(game: Record, card: Int, rules: Rules) -> None:
    """Play a card for its effect: a counter, a glasses eight or a one-off."""
    if game.phase == Phase.COUNTER:
        game.hand[acting(game)] &= ~bit(card)
        game.twos[game.num_twos] = card
        game.num_twos += 1
    elif bit(card) & EIGHTS:
        _take_played_card(game, card)
        game.faces[active(game)] |= bit(card)
        _end_action(game, rules)
    elif bit(card) & (TWOS | NINES):
        _ask_target(game, card, Phase.EFFECT_TARGET)
    else:
        _announce(game, card, NO_CARD)


@inlined
def _scuttle(game: Record, target: Int, rules: Rules) -> None:
    """Scrap the pending card, its target and all jacks on it (4.2)."""
    card = np.int64(game.pending)
    _resume_phase(game)
    _take_played_card(game, card)
    lift_point_card(game, 1 - active(game), target)
    game.scrap |= bit(card) | bit(target)
    _end_action(game, rules)


@inlined
def _steal(game: Record, target: Int, rules: Rules) -> None:
    """Put the pending jack on an opponent's point card and take it (5.2)."""
    card = np.int64(game.pending)
    _resume_phase(game)
    _take_played_card(game, card)
    me = active(game)
    game.jack_level[card - FIRST_JACK] = jacks_on(game, target)
    game.jack_host[card - FIRST_JACK] = target
    game.points[1 - me] &= ~bit(target)
    game.points[me] |= bit(target)
    _end_action(game, rules)


@inlined
def _discard(game: Record, card: Int, rules: Rules) -> None:
    """Discard one of the cards a four or the hand limit asks for; the last one ends the turn."""
    game.hand[acting(game)] &= ~bit(card)
    game.scrap |= bit(card)
    game.owed -= 1
    if game.owed > 0:
        return
    if game.phase == Phase.FOUR:
        scrap_one_off(game)
        _end_action(game, rules)
    else:
        _end_turn(game)


@inlined
def _choose(game: Record, card: Int, rules: Rules) -> None:
    """Carry out the choice of a card, whatever the phase asks it for."""
    me = active(game)
    if game.phase == Phase.SCUTTLE_TARGET:
        _scuttle(game, card, rules)
    elif game.phase == Phase.JACK_TARGET:
        _steal(game, card, rules)
    elif game.phase == Phase.EFFECT_TARGET:
        pending = np.int64(game.pending)
        _resume_phase(game)
        _announce(game, pending, card)
    elif game.phase == Phase.THREE:
        game.scrap &= ~bit(card)
        game.hand[me] |= bit(card)
        game.known[me] |= bit(card)
        scrap_one_off(game)
        _end_action(game, rules)
    elif game.phase == Phase.FIVE:
        game.hand[me] &= ~bit(card)
        game.scrap |= bit(card)
        _draw_for_five(game, rules)
    elif game.phase == Phase.SEVEN:
        _take_from_pile(game, card)
        game.scrap |= bit(card)
        scrap_one_off(game)
        _end_action(game, rules)
    else:
        _discard(game, card, rules)


@inlined
def _draw_for_five(game: Record, rules: Rules) -> None:
    """Draw up to the five's number of cards, then end the action (7.7)."""
    me = active(game)
    cards = min(rules.five_draws, pile_size(game))
    if not rules.discard_to_limit:
        cards = min(cards, rules.hand_limit - hand_size(game, me))
    for _ in range(cards):
        draw(game)
    scrap_one_off(game)
    _end_action(game, rules)


@inlined
def _resolve(game: Record, rules: Rules) -> None:
    """Close the counter chain: an odd number of twos makes the one-off fizzle (7.1)."""
    fizzles = game.num_twos % 2 == 1
    for position in range(game.num_twos):
        game.scrap |= bit(game.twos[position])
        game.twos[position] = NO_CARD
    game.num_twos = 0
    if fizzles:
        scrap_one_off(game)
        _end_action(game, rules)
        return
    resolve_one_off(game, rules)
    if game.phase == Phase.COUNTER:  # nothing left to choose
        scrap_one_off(game)
        _end_action(game, rules)
    elif game.phase == Phase.FIVE and not rules.five_discards:
        _draw_for_five(game, rules)


@inlined
def _default(game: Record, rules: Rules) -> None:
    """Draw, pass, let a one-off resolve, or discard from an empty hand."""
    if game.phase == Phase.MAIN:
        _thaw(game)
        if pile_size(game) > 0:
            draw(game)
        else:
            game.passes += 1
        _end_action(game, rules)
    elif game.phase == Phase.COUNTER:
        _resolve(game, rules)
    elif game.phase == Phase.FOUR:
        scrap_one_off(game)
        _end_action(game, rules)
    else:
        _draw_for_five(game, rules)


@inlined
def _update_knowledge(game: Record, rules: Rules) -> None:
    """Note which hand cards the other seat knows; what was once seen stays known (9.3)."""
    for seat in range(2):
        if sees_hand(game, 1 - seat, rules):
            game.known[seat] = game.hand[seat]
        else:
            game.known[seat] &= game.hand[seat]


@inlined
def _check_end(game: Record, rules: Rules) -> None:
    """End the game when a goal is reached, after passes, or at the safety cap (3.2, 3.4)."""
    for seat in range(2):
        if points(game, seat) >= goal(game, seat, rules):
            game.over = True
            game.winner = seat
            return
    if game.passes >= rules.passes_for_draw or game.decisions >= rules.max_decisions:
        game.over = True


@kernel
def play(game: Record, action: Int, rules: Rules) -> None:
    """Play one legal action id. Illegal ids are not checked here: see `legal.is_legal`."""
    if action != DEFAULT:  # a default elsewhere than in MAIN follows another action
        game.passes = 0
    if action == DEFAULT:
        _default(game, rules)
    elif action < FIRST_EFFECT:
        _play(game, action - FIRST_PLAY, rules)
    elif action < FIRST_SCUTTLE:
        _effect(game, action - FIRST_EFFECT, rules)
    elif action < FIRST_CHOICE:
        _ask_target(game, action - FIRST_SCUTTLE, Phase.SCUTTLE_TARGET)
    else:
        _choose(game, action - FIRST_CHOICE, rules)
    game.decisions += 1
    _update_knowledge(game, rules)
    _check_end(game, rules)
