"""The free test picture of a server's setup: always the same words, drawn offline, so nobody is charged for it.

It is no way to draw for free: nothing about it can be chosen, and a server gets one a minute.
"""

from __future__ import annotations

from dataclasses import replace

from bot.core.catalogue import Catalogue, Model
from bot.core.errors import Refusal
from bot.core.pictures import PictureRequest
from bot.core.plans import Plans, Spender
from bot.core.studio import Draft
from bot.ordering import request_for
from bot.storage import preferences
from bot.storage.terms import Limits, limits_of
from bot.storage.transaction import Tx

WORDS = "a lighthouse on a cliff at dusk, small boats below"
DIALECT = "sketch"
EVERY_MILLISECONDS = 60_000


def test_model(catalogue: Catalogue) -> Model | None:
    """Find a model that draws offline and costs its operator nothing."""
    return next(
        (model for model in catalogue.models if catalogue.vendor(model.vendor).dialect == DIALECT), None
    )


def test_request(catalogue: Catalogue) -> PictureRequest:
    """Ask for the test picture at no price; raises Refusal where nothing draws offline."""
    model = test_model(catalogue)
    if model is None:
        raise Refusal("test_none")
    draft = Draft(command="imagine", prompt=WORDS, model=model.name, quality=model.qualities[0])
    free = {"input_nano": 0, "picture_nano": 0, "partials": 0}
    return request_for(draft, catalogue, {}).model_copy(update=free)


def test_limits(db: Tx, who: Spender, plans: Plans, *, now: int) -> Limits:
    """Read what a test picture is compared with: no money, and no other test within a minute."""
    limits = limits_of(db, who, plans, now=now)
    if preferences.has_free_job(db, who.tenant, since=now - EVERY_MILLISECONDS):
        raise Refusal("test_soon")
    return replace(limits, meters=())
