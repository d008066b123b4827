"""What operators are told; a part of the table in `bot.core.sentences`."""

from __future__ import annotations

ALARMS: dict[str, str] = {
    "alarm_account": "{vendor} does not accept our account, so its orders fail, free. Look at its key and its balance.",
    "alarm_unknown": "Whether a paid call to {vendor} was drawn is unknown. Nobody was charged; the caps count it."
    " easel jobs --lost lists such jobs.",
    "alarm_reply": "A message could not be posted in {platform} ({reason}) and was given up. Its pictures are in"
    " /history.",
    "alarm_takes": "#{number} of {tenant} was begun too often without an end, so it was closed. The log says why.",
    "alarm_disk": "Only {free} MB are free where Easel keeps its pictures. Below {least} MB no order is taken, so make"
    " room.",
    "alarm_cap": "{percent} % of the limit of {what} are used: {counted:exact} of {limit:exact}.",
    "alarm_cap_full": "The limit of {what} leaves too little for an order: {counted:exact} of {limit:exact} are used."
    " It opens again when its period turns.",
    "alarm_upkeep": "A look at how Easel stands says: {sentence}",
    "alarm_repeated": "That was so {count} times.",
}
