"""Every sentence that people read, in one place.

A sentence is under 200 characters when its blanks are filled with ordinary values, names the next step and shows
no code. `docs/reference/sentences.md` is generated from this table.
"""

from __future__ import annotations

from typing import Any

SENTENCES: dict[str, str] = {
    # your words
    # your words: the text line
    "option_unknown": "I do not know --{name}. There is {allowed}. To draw these words, put them in quotes or"
    " begin the line with '-- '.",
    "option_unknown_near": "I do not know --{name}. Did you mean --{near}? To draw these words, put them in"
    " quotes or begin the line with '-- '.",
    "option_none": "There are no options here, so --{name} means nothing. To keep these words, put them in"
    " quotes or begin the line with '-- '.",
    "option_form": "Put a space or = after --{name}. To draw these words, put them in quotes or begin the"
    " line with '-- '.",
    "option_value_missing": "There is no value for {name}. Write it after the name, as in --size wide.",
    "option_quote_open": "The quote in the value of {name} is not closed. Close it, or leave the quote out.",
    "option_twice": "--{name} is there twice. Keep the one you mean.",
    "option_flag_value": "--{name} takes no other word. Write --{name} or --no-{name}, or --{name}=yes.",
    "option_not_who": "This needs a person, a role or a group. Mention one with @, or write everyone.",
    "option_not_where": "This needs a channel. Mention one with #, or write here or server.",
    "command_unknown": "There is no command /{name}. Did you mean /{near}? Nothing was drawn.",
    "amount_unreadable": "That amount is not clear. Write digits such as 50 or 2.5, or dollars such as $0.50,"
    " without signs and commas.",
    "amount_too_large": "That is too much at once. Name at most {limit} credits.",
    # your picture
    "masks_two": "Two of these files are called mask. Keep one mask; the other files are references.",
    # money
    # our side
}


def say(key: str, **values: Any) -> str:
    """Fill the blanks of the sentence `key`; raises KeyError for an unknown sentence or a missing blank."""
    return SENTENCES[key].format(**values)
