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
        Platform.DISCORD: {
            "draw": "test_a_command_draws_a_picture_into_its_channel",
            "draw_typed": "test_every_option_is_typed",
            "draw_form": "test_words_that_are_missing_open_the_form",
            "draw_files": "test_attached_pictures_are_references",
            "draw_mask": "test_a_mask_says_where_to_draw",
            "draw_mention": "test_a_mention_draws",
            "draw_direct": "test_a_direct_message_draws_at_home",
            "edit_reply": "test_a_pinged_reply_edits_the_picture",
            "edit_button": "test_the_first_edit_opens_a_thread_on_the_picture",
            "edit_menu": "test_our_picture_is_edited_through_its_menu",
            "edit_number": "test_a_picture_is_edited_by_its_number",
            "edit_offer": "test_edit_without_a_picture_offers_the_last_ones",
            "edit_thread": "test_edits_of_edits_stay_in_the_thread",
            "ask_back": "test_one_word_is_asked_back_for_its_author_alone",
            "ask_which": "test_one_of_several_pictures_is_deleted",
            "ask_price": "test_a_dear_order_is_asked_of_its_caller_alone",
            "price_live": "test_choices_say_what_they_cost",
            "again": "test_again_twice_is_one_job",
            "vary": "test_vary_draws_another_from_the_picture",
            "finish": "test_finish_draws_the_draft_at_its_largest",
            "original": "test_the_original_of_a_trimmed_picture_is_untrimmed",
            "delete": "test_a_deleted_picture_goes_with_its_message",
            "report": "test_a_reported_picture_is_taken_down_by_an_admin",
            "cancel": "test_an_order_that_waits_is_cancelled_for_nothing",
            "change_words": "test_refused_words_are_changed_in_their_form",
            "long_words": "test_long_words_pass_every_button",
            "progress": "test_everybody_may_see_how_it_goes_on",
            "partials": "test_an_unfinished_picture_is_shown_to_whoever_ordered_it",
            "private": "test_a_private_picture_is_seen_by_nobody_else",
            "refusal_public": "test_a_refusal_in_a_channel_carries_no_amounts",
            "history": "test_a_private_answer_that_is_dead_leaves_the_picture_in_the_history",
            "credits": "test_what_people_ask_is_answered_to_them_alone",
            "models": "test_what_people_ask_is_answered_to_them_alone",
            "settings": "test_what_people_ask_is_answered_to_them_alone",
            "help": "test_what_people_ask_is_answered_to_them_alone",
            "suggest": "test_suggestions_name_jobs",
            "quota": "test_an_admin_gives_credits",
            "setup": "test_a_server_is_set_up_by_its_admin",
            "file_fits": "test_a_heavy_picture_is_made_to_fit_unless_the_server_takes_it",
            "not_member": "test_without_the_right_to_write_the_picture_answers_the_command",
            "restart": "test_a_button_works_after_a_restart",
            "twice": "test_a_cut_answer_is_asked_for_with_the_same_nonce",
        },
        Platform.SLACK: {},
    }
)
"""Names of tests by flow."""

UNPROVED_MAX: Mapping[Platform, int] = MappingProxyType(
    {Platform.WEB: 8, Platform.DISCORD: 0, Platform.SLACK: 40}
)
"""How many flows of a platform have no test yet; may only fall."""
