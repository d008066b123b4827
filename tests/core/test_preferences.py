"""What was chosen once fills what an order leaves open, as far as it fits."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.catalogue import Catalogue
from bot.core.preferences import ChannelRules, Preferences, Standing, TenantRules, completed
from bot.core.studio import Draft
from tests.flows.world import Terms

PAPER = Terms().catalogue()


def two_models() -> Catalogue:
    [paper] = PAPER.models
    return PAPER.model_copy(update={"models": (paper, paper.model_copy(update={"name": "card-1"}))})


def draft(**options: Any) -> Draft:
    return Draft(command="imagine", prompt="a fox", **options)


def prefers(**chosen: Any) -> Standing:
    return Standing(preferences=Preferences(**chosen))


def test_a_persons_defaults_fill_what_is_open() -> None:
    """Size, quality, count, format, style and references; what the draft says counts more."""
    standing = prefers(
        size="wide", quality="low", count=3, format="webp", style="in ink", references=("r1", "r2")
    )

    whole = completed(draft(), standing, PAPER)
    said = completed(draft(size="tall", quality="medium", count=1, format="png"), standing, PAPER)

    assert (whole.size, whole.quality, whole.count, whole.format) == ("wide", "low", 3, "webp")
    assert (whole.style, whole.references, whole.standing) == ("in ink", ("r1", "r2"), 2)
    assert (said.size, said.quality, said.count, said.format) == ("tall", "medium", 1, "png")


def test_the_model_is_the_persons_then_the_servers_then_the_first() -> None:
    """And one that is on offer no more is passed over."""
    models = two_models()
    server = TenantRules(model="card-1")

    assert completed(draft(), Standing(), models).model == "paper-1"
    assert completed(draft(), Standing(tenant=server), models).model == "card-1"
    assert (
        completed(draft(), Standing(Preferences(model="paper-1"), tenant=server), models).model == "paper-1"
    )
    assert completed(draft(), Standing(Preferences(model="gone-1"), tenant=server), models).model == "card-1"
    assert completed(draft(model="paper-1"), Standing(tenant=server), models).model == "paper-1"


@pytest.mark.parametrize("chosen", [{"quality": "xhigh"}, {"format": "jpeg"}, {"size": "9000x9000"}], ids=str)
def test_what_does_not_fit_the_model_is_left_out(chosen: dict[str, Any]) -> None:
    """A default is no wish: it never makes an order fail."""
    filled = completed(draft(), prefers(**chosen), PAPER)

    assert (filled.quality, filled.format, filled.size) == (None, None, None)


def test_an_edit_keeps_the_shape_of_its_picture() -> None:
    """The default size is for new pictures."""
    edit = Draft(command="edit", prompt="night", parent="p1")

    assert completed(edit, prefers(size="wide", quality="low"), PAPER).size is None
    assert completed(edit, prefers(size="wide", quality="low"), PAPER).quality == "low"


def test_standing_references_take_the_room_that_is_left() -> None:
    """Attached ones come first, none is there twice, and the model's limit (four) holds."""
    standing = prefers(references=("r1", "r2", "r3", "r4"))

    filled = completed(draft(references=("a", "r1")), standing, PAPER)

    assert filled.references == ("a", "r1", "r2", "r3")
    assert filled.standing == 2
    assert completed(draft(references=("a", "b", "c", "d")), standing, PAPER).standing == 0


def test_plain_switches_style_and_references_off() -> None:
    """The other defaults stay."""
    filled = completed(draft(plain=True), prefers(style="in ink", references=("r1",), count=2), PAPER)

    assert (filled.style, filled.references, filled.standing, filled.count) == ("", (), 0, 2)


def test_the_channels_style_holds_for_those_without_their_own() -> None:
    """And new pictures of a private channel are private unless somebody says otherwise."""
    channel = ChannelRules(style="in red", references=("c1",), private=True)

    filled = completed(draft(), Standing(channel=channel), PAPER)
    own = completed(draft(private=False), Standing(Preferences(style="in ink"), channel), PAPER)

    assert (filled.style, filled.references, filled.private) == ("in red", ("c1",), True)
    assert (own.style, own.private) == ("in ink", False)


def test_a_settled_draft_stays_as_it_is() -> None:
    """Again draws the same, whatever is preferred now."""
    again = draft(settled=True, style="in oil")

    assert completed(again, prefers(style="in ink", count=4, references=("r1",)), PAPER) == again
