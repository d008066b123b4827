"""What operators and admins are told about a place; a part of the table in `bot.core.sentences`."""

from __future__ import annotations

ALARMS: dict[str, str] = {
    "alarm_account": "{vendor} does not accept our account, so its orders fail, free. Look at its key and its balance.",
    "alarm_token": "{platform} does not accept the bot's token, so nobody there is answered. Put a good one into"
    " {variable} and start Easel again; easel doctor says whether it is accepted.",
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
    "admins": "These were made admins of Easel here. Whoever manages this server or workspace is one anyway.",
    "admins_none": "Nobody was made an admin here yet; whoever manages this server or workspace is one."
    " Add one with /quota admins add @name.",
    "admin_added": "Done: {who} can now use the admin commands here.",
    "admin_added_before": "{who} was an admin already; nothing has changed.",
    "admin_removed": "Done: {who} is no longer an admin by name. Whoever manages this server or workspace stays one.",
    "admin_removed_before": "{who} was never made an admin here, so nothing has changed.",
    "claimed": "You are an admin of Easel here now. /quota shows what you can do; name others with"
    " /quota admins add @name.",
    "tenant_paused": "Easel is paused here: {reason}. What is being drawn may finish. Write /quota resume to go on.",
    "tenant_resumed": "Easel goes on here; what waited is drawn now.",
    "tenant_resumed_before": "Easel was not paused here, so nothing has changed.",
    "log": "What admins and operators did here, the newest first.",
    "log_empty": "Admins and operators have done nothing here yet.",
}
