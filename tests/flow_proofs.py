"""Which test proves that a flow works on a platform; whoever builds a platform fills its part in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bot.core.chat import Platform

PROOFS: Mapping[Platform, Mapping[str, str]] = MappingProxyType(
    {
        Platform.WEB: {
            "draw": "test_an_order_is_two_messages",
            "draw_typed": "test_every_option_of_imagine_reaches_the_draft",
            "draw_files": "test_edit_of_an_attached_photo",
            "edit_reply": "test_a_reply_to_a_picture_stays_in_its_thread",
            "edit_button": "test_edit_without_words_asks_what_should_change",
            "edit_number": "test_an_edit_by_number_joins_the_thread_of_its_parent",
            "edit_offer": "test_edit_without_a_picture_offers_the_last_five",
            "edit_thread": "test_again_draws_in_the_same_thread",
            "ask_which": "test_several_pictures_are_asked_and_never_guessed",
            "ask_price": "test_a_dear_order_shows_its_price_first",
            "price_live": "test_a_line_has_its_price",
            "again": "test_again_draws_in_the_same_thread",
            "delete": "test_a_deleted_picture_leaves_its_message",
            "cancel": "test_cancelling_says_so_and_ends_the_message",
            "change_words": "test_a_question_is_kept_with_its_buttons",
            "progress": "test_work_of_another_process_is_seen",
            "private": "test_a_private_order_is_answered_in_private",
            "history": "test_history_lists_the_newest_jobs",
            "credits": "test_the_balance_comes_first",
            "models": "test_models_say_what_they_cost",
            "settings": "test_defaults_are_changed_by_options",
            "help": "test_help_lists_the_commands",
            "setup": "test_a_server_is_set_up_on_one_card",
            "restart": "test_a_stream_resumes_where_it_broke",
            "twice": "test_the_same_event_is_one_order",
        },
        Platform.DISCORD: {},
        Platform.SLACK: {},
    }
)
"""Names of tests by flow."""

UNPROVED_MAX: Mapping[Platform, int] = MappingProxyType(
    {Platform.WEB: 8, Platform.DISCORD: 42, Platform.SLACK: 40}
)
"""How many flows of a platform have no test yet; may only fall."""
