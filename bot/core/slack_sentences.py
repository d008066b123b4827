"""What people read in Slack and nowhere else; a part of `bot.core.sentences`."""

from __future__ import annotations

SLACK: dict[str, str] = {
    "slack_picture_elsewhere": "I fetch pictures from Slack only. Save that picture and attach it to your message.",
    "slack_picture_unfetched": "That file could not be fetched from Slack. Attach it again, or add me to this"
    " conversation first.",
    "slack_no_picture_there": "There is no picture in that message that I can see. Choose another message.",
    "slack_report_ours_only": "I can only take reports about pictures that I made. Tell the admins about others.",
    "slack_not_in_channel": "I am not in this channel, so nothing was ordered. Add me with /invite @Easel and press Try"
    " again, or press Send it to me.",
    "slack_groups_unseen": "I cannot see who is in a group here, so a plan for it would reach nobody. Add the"
    " permission usergroups:read to the app, and install it again.",
    "slack_closed": "I may not write here, so nothing was ordered. Press Send it to me, or ask in another channel.",
    "slack_moved": "I could not write where you asked, so it is here.",
    "slack_sent_direct": "It is in our direct messages, where only you see it.",
    "slack_not_shown": "Slack has taken the pictures and does not show them. They are yours in /easel history.",
    "slack_not_shown_linked": "Slack has taken the pictures and does not show them. Open them here within two hours;"
    " they stay in /easel history.",
    "slack_message_link": "Go to the message",
    "slack_picture_link": "Picture {position}",
    "slack_comes_direct": "It comes in our direct messages, where only you see it.",
    "slack_more": "The thread shows {count} more.",
    "slack_drawing": "is drawing your picture.",
    "slack_way_command": "Type /imagine and what you want to see, in any channel that I am in.",
    "slack_way_mention": "Mention me in a channel, with pictures to draw from if you like.",
    "slack_way_direct": "Write to me under Messages; answer a picture in its thread to change it.",
    "slack_no_pictures_yet": "You have no pictures yet. Press New picture.",
}
