"""What people read on Discord only; `bot.core.sentences` holds it together with all others."""

from __future__ import annotations

DISCORD: dict[str, str] = {
    "home_missing": "I do not know yet which server pays for you here. Use Easel once in a server that has it, then"
    " write here again.",
    "home_unclear": "You use Easel in several servers. Write /settings home in one of them, so that I know which one"
    " pays here.",
    "home_left": "You are not in the server any more that paid for you here. Use Easel in another one first.",
    "picture_elsewhere": "I fetch pictures from Discord only. Save that picture and attach it to your message.",
    "picture_expired": "Discord does not have that picture any more. Attach it again.",
    "picture_unfetched": "That picture could not be fetched from Discord. Attach it again in a moment.",
    "message_unseen": "Discord hides from me the message that you answer. For its picture choose Apps, Edit image in"
    " its menu; for words alone mention me in a message of its own.",
    "no_picture_there": "There is no picture in that message that I can see. Attach one, or choose another message.",
    "report_ours_only": "I can only take reports about pictures that I made. Tell the moderators about others.",
    "unfinished_alt": "An unfinished picture, AI-generated.",
    "still_drawing": "#{number} takes longer than Discord lets me keep this message up to date. Press Get result, or"
    " look in /history {number}.",
    "thread_begins": "Reply to a picture to change it (leave the @ on), or press Edit….",
    "thread_locked": "The thread of this picture is closed to me, so this goes here.",
    "thread_gone": "The thread of this picture is gone, so this goes here.",
    "message_gone": "The message with the picture that this changes was removed here. /history still has it.",
    "perhaps_incomplete": "Some pictures of #{number} may not have come through. Press Get result to see all of them.",
    "more_pictures": "More pictures of #{number}.",
    "not_replyable": "I may not write here myself, so replies to this message do not reach me. Press Edit… instead.",
    "private_stays": "Private messages that still show it are yours alone to dismiss.",
    "done_private": "#{number} is done.",
    "refused_permission": "#{number} is done, but I may not post it here. Press Get result, or look in"
    " /history {number}.",
    "refused_access": "#{number} is done, but I do not see its channel any more. Press Get result, or look in"
    " /history {number}.",
    "refused_channel": "#{number} is done, but its channel is gone. Press Get result, or look in /history {number}.",
    "refused_bot": "#{number} is done, but I was removed from this server. Press Get result; once I am back,"
    " /history {number} has it too.",
    "refused_thread": "#{number} is done, but this thread is closed to me. Press Get result, or look in"
    " /history {number}.",
    "refused_size": "#{number} is done, but Discord takes it in no size that I can make. Press Get result, or look in"
    " /history {number}.",
    "refused_words": "#{number} is done, but this server's AutoMod does not let me post its words. Press Get result, or"
    " look in /history {number}.",
    "refused_unreadable": "#{number} is done. I cannot see whether it stands in the channel, so I do not post it twice."
    " Press Get result, or look in /history {number}.",
    "refused_other": "#{number} is done, but Discord does not let me show it here. Press Get result, or look in"
    " /history {number}.",
    "undelivered": "#{number} is done and could not be shown where you ordered it. Write /history {number} to see it.",
    "discord_unreachable": "Discord could not be asked just now. Nothing was ordered. Try again in a moment.",
}
