"""What can be made of a picture at one press."""

from __future__ import annotations

import pytest

import config
from bot.core.amounts import price_figure
from bot.core.catalogue import Catalogue, Size
from bot.core.pricing import Ask, quote
from bot.core.studio import Draft, JobCard
from bot.core.variants import finish, vary, with_variants
from bot.core.wording import result_buttons
from tests.fakes import card_of, request_of


@pytest.fixture
def catalogue() -> Catalogue:
    return config.load({}).offered({"sketch"})


def drawn(quality: str, width: int = 1536, height: int = 864) -> JobCard:
    """Make a job that drew one picture."""
    request = request_of(Draft(command="imagine", prompt="a boat", quality=quality))
    return card_of(7, request=request.model_copy(update={"width": width, "height": height}))


def test_vary_takes_the_picture_as_reference_and_keeps_its_words(catalogue: Catalogue) -> None:
    """Another like it: same words, size and quality, one picture."""
    draft = vary(drawn("medium"), "p1")

    assert draft.references == ("p1",)
    assert (draft.prompt, draft.size, draft.quality, draft.count) == ("a boat", "1536x864", "medium", 1)


@pytest.mark.parametrize(
    ("width", "height", "size"),
    [
        (1024, 1024, "2880x2880"),
        (1536, 864, "3840x2160"),
        (864, 1536, "2160x3840"),
        (1536, 1024, "3504x2336"),
    ],
)
def test_finish_takes_the_largest_size_of_the_shape(
    catalogue: Catalogue, width: int, height: int, size: str
) -> None:
    """A draft is finished at high quality, as large as its shape goes."""
    draft = finish(drawn("low", width, height), "p1", catalogue.model("sketch"))

    assert draft is not None
    assert (draft.quality, draft.size, draft.references) == ("high", size, ("p1",))


def test_a_finished_picture_offers_no_finish(catalogue: Catalogue) -> None:
    """Under a picture of high quality there is only Vary."""
    card = with_variants(drawn("high"), catalogue)

    assert [variant.act for variant in card.variants] == ["vary"]


def test_variants_tell_their_price(catalogue: Catalogue) -> None:
    """Finish at 4k costs more than Vary, and both cost something."""
    vary_price, finish_price = (
        variant.price for variant in with_variants(drawn("medium"), catalogue).variants
    )

    assert 0 < vary_price < finish_price


def test_a_model_that_is_gone_offers_nothing(catalogue: Catalogue) -> None:
    """Pictures of a model that is not on offer any more have no variants."""
    card = drawn("low")
    gone = card_of(7, request=card.request.model_copy(update={"model": "gone"}))

    assert with_variants(gone, catalogue).variants == ()


def test_an_edit_says_what_it_costs_at_least(catalogue: Catalogue) -> None:
    """The button under a picture names the cheapest price, which no edit of it goes below."""
    card = with_variants(drawn("high"), catalogue)
    edit = next(button for button in result_buttons(card) if button.act == "edit")
    again = with_variants(drawn("low"), catalogue).variants[0]

    assert card.edit_from is not None
    assert 0 < card.edit_from <= again.price
    assert edit.label == f"Edit… from {price_figure(card.edit_from)}"


def test_the_same_again_costs_what_it_costs_today(catalogue: Catalogue) -> None:
    """A picture that was free, and one that was drawn at other prices, say what the next order holds."""
    was_free = drawn("medium").request.model_copy(
        update={"picture_nano": 0, "input_nano": 0, "parts": (2, 1)}
    )
    card = with_variants(card_of(7, request=was_free), catalogue)
    again = next(button for button in result_buttons(card) if button.act == "again")
    model = catalogue.model("sketch")
    today = quote(Ask("a boat", "medium", Size(1536, 864), 3, 0), model).price_millicredits

    assert again.label == f"Again · {price_figure(today)}"
    assert today > 0
