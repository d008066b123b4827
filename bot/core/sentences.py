"""Every sentence that people read, in one place.

A sentence is under 200 characters when its blanks are filled with ordinary values, names the next step and shows
no code. `docs/reference/sentences.md` is generated from this table.
"""

from __future__ import annotations

from string import Formatter
from typing import Any

from bot.core.alarm_sentences import ALARMS
from bot.core.discord_sentences import DISCORD
from bot.core.slack_sentences import SLACK

SENTENCES: dict[str, str] = {
    # your words: what to draw and how
    "words_missing": "There are no words yet. Say {what}, for example: {example}",
    "value_missing": "Something is missing: {name}. Write it like this: {example}",
    "prompt_missing": "There are no words yet. Say what to draw, such as a lighthouse at dusk.",
    "prompt_too_long": "These words have {length} characters and the model reads {limit}. Shorten them and send them"
    " again.",
    "prompt_too_short": "The model needs words of at least {limit} characters. Say a little more, such as a lighthouse"
    " at dusk.",
    "option_too_long": "{name} takes at most {limit} characters. Shorten it and send it again.",
    "option_not_number": "{name} is a number {allowed}, and “{given}” is not. Write it like --{name} {low}.",
    "option_out_of_range": "{name} is {given}, and it goes {allowed}. Name a number in that range.",
    "option_not_choice": "{name} cannot be “{given}”. Choose one of {allowed}.",
    "option_not_choice_near": "{name} cannot be “{given}”. Did you mean {near}? Choose one of {allowed}.",
    "option_unclear": "I cannot read “{given}” as {name}. Write /help to see what it takes.",
    "words_unwanted": "/{command} takes no further words. Leave “{given}” out and send it again.",
    "count_out_of_range": "You asked for {count} pictures. One order gives 1 to {limit}.",
    "quality_unknown": "There is no quality “{quality}”. Choose one of {qualities} or auto.",
    "model_unknown": "There is no model “{model}”. Choose one of {models}; /models says what they cost.",
    "format_not_offered": "{model} gives no {format}. Choose one of {formats}.",
    "transparent_jpeg": "A jpeg cannot be transparent. Use png or webp, or leave the transparent background out.",
    "model_cannot": "{model} cannot do {what}. {other} can, from {price:credits} a square: add --model {other}.",
    "nobody_can": "{model} cannot do {what}, and no other model here can. Leave it out and try again.",
    "no_model": "No model is on offer here at the moment. Ask an admin to set one up.",
    "act_unknown": "/{command} has no “{given}”. Choose one of {allowed}.",
    "refund_open": "#{number} has not ended, so it has cost nothing yet. Wait for its end, or cancel it.",
    "refund_free": "#{number} cost nothing, or a reset gave it back already: nothing is left to give.",
    "refund_given_before": "#{number} was refunded before. A job is refunded once; /quota grant gives more.",
    "lost_nothing": "There is nothing to decide about #{number}. See /quota lost.",
    "lost_refunded": "#{number} was refunded, so it is not charged again. Deliver is free.",
    "lost_too_dear": "#{number} would cost {price:exact}, and there are {have:exact} to pay it. Deliver is free.",
    "period_unclear": "“{given}” is no period. Write today, week, month, 2026-11, 2026-W47 or 2026-11-21.",
    "tenant_unknown": "There is no tenant {tenant}. The command easel tenants list shows all.",
    "job_unclear": "“{given}” is not the number of a job. Write it like 142; /history lists yours.",
    "picture_unclear": "“{given}” does not name a picture. Write 142, or 142/2 for the second picture of job 142.",
    # your words: the text line
    "option_unknown": "I do not know --{name}. There is {allowed}. To keep these words, put them in quotes or"
    " begin the line with '-- '.",
    "option_unknown_near": "I do not know --{name}. Did you mean --{near}? To keep these words, put them in"
    " quotes or begin the line with '-- '.",
    "option_none": "There are no options here, so --{name} means nothing. To keep these words, put them in"
    " quotes or begin the line with '-- '.",
    "option_form": "Put a space or = after --{name}. To keep these words, put them in quotes or begin the"
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
    "until_unreadable": "I cannot read that day. Write it as year-month-day, such as until 2026-12-31.",
    "until_over": "{day} is over already. Name today or a later day.",
    "until_too_far": "Credits can last from one day to ten years. Without a day they last for good.",
    "cap_period_missing": "For how long does the limit count? Add per day, per week or per month.",
    "plan_unknown": "There is no plan “{plan}”. Choose one of {plans}, or none.",
    "one_person": "This is for one person. For a role or everyone name a plan, such as /quota plan everyone {plan}.",
    "cap_not_role": "A limit is for a person, a channel, here or server. For a role name a plan: /quota plan @role"
    " {plan}.",
    "option_not_target": "This needs a person or a channel. Mention one, or write here or server.",
    "amount_zero": "That amount is nothing. Write how many credits, such as 50 or 2.5.",
    "amount_too_large": "That is too much at once. Name at most {limit} credits.",
    "size_unreadable": "I cannot read the size “{size}”. Write wide, 4k, tall-2k, 16:9 or pixels such as 1920x1080.",
    "size_unfit": "{asked} is {fault} to draw. The nearest size that works is {nearest}. Nothing was drawn.",
    # a file of an answer
    "document_gone": "This file is no longer kept. Files of an answer are kept for a day; ask for it again.",
    "document_too_large": "This file would be larger than {limit} MB. Ask for less at once.",
    # your picture
    "picture_unknown": "There is no such picture here. Reply to the picture that you mean, or look in /history.",
    "picture_gone": "That picture was deleted, so it cannot be used any more. Choose another one from /history.",
    "which_picture": "#{number} has {count} pictures. Which one do you mean? Write #{number}/2 for the second.",
    "no_pictures_yet": "You have no picture here yet. Draw one with /imagine, then reply to it with what to change.",
    "picture_fits_not": "This picture does not fit into {limit} MB however it is written. It stays in your /history.",
    "mask_without_picture": "A mask needs a picture that it belongs to. Attach that picture too, or reply to it.",
    "too_many_references": "You gave {count} pictures and the model takes {limit}. Leave some out.",
    "reference_heavy": "That picture is heavier than the {limit} MB that {model} takes. Use a smaller copy, or choose"
    " another model; /models lists them.",
    "attachments_unwanted": "/{command} takes no pictures. Send it again without them.",
    "mask_unwanted": "/{command} takes no mask. Send it again without the mask.",
    "picture_converted": "{name} was converted from {kind}.",
    "picture_first_frame": "{name} moves: only its first picture is used.",
    "picture_kind": "That file looks like {seems}, which I cannot use. Export it as PNG or JPEG and attach it"
    " again.",
    "picture_kind_unknown": "I cannot tell what kind of file that is. Export the picture as PNG or JPEG and attach it"
    " again.",
    "picture_empty": "That file is empty. Attach the picture again.",
    "picture_broken": "That picture is damaged or cut off. Open it, save it again as PNG or JPEG, and attach the"
    " new file.",
    "picture_heavy": "That file is larger than {limit} MB. Save a smaller copy and attach it again.",
    "picture_large": "That picture has more than {limit} million pixels. Scale it down and attach it again.",
    "mask_opaque": "The mask has no transparent place, so nothing would change. Erase what should change, save it"
    " as PNG and attach it again.",
    "mask_size": "The mask is {mask} and the picture is {picture}. Give the mask the picture's size and attach it"
    " again.",
    "mask_heavy": "The mask is larger than {limit} MB, and that is the most. Give it fewer soft edges, save it as PNG"
    " and attach it again.",
    "masks_two": "Two of these files are called mask. Keep one mask; the other files are references.",
    # money
    "out_of_credits": "This costs up to {price:credits} and you have {have:exact}. Choose a lower quality or fewer"
    " pictures, or ask an admin for credits.",
    "out_of_credits_guest": "Guests and people of other organisations have no credits here. Nothing was ordered; ask an"
    " admin of this place for some.",
    "cap_person": "This costs up to {price:credits} and your own limit leaves {left:exact}. Try something smaller, or"
    " wait until the limit opens again; /credits shows more.",
    "cap_channel": "This costs up to {price:credits} and the limit of this channel leaves {left:exact}. Try something"
    " smaller, or wait until it opens again.",
    "cap_tenant": "This costs up to {price:credits} and the limit of this place leaves {left:exact}. Try something"
    " smaller, or ask an admin to raise it.",
    "cap_tenancy": "This costs up to {price:credits} and the limit of this place leaves {left:exact}. Try something"
    " smaller, or wait until it opens again.",
    "cap_platform": "This costs up to {price:credits} and the limit of this chat service leaves {left:exact}. Try"
    " something smaller, or wait until it opens again.",
    "cap_bot": "This costs up to {price:credits} and the limit of all of Easel leaves {left:exact} for today. Try"
    " something smaller, or come back later.",
    "already_drawing": "Already drawing #{number}, which is the same. Nothing more was ordered.",
    "statement_held": "held for open jobs",
    "statement_job": "#{number} {words}",
    "statement_grant": "credits given{reason}",
    "statement_grant_until": "credits given until {day}{reason}",
    "statement_ended": "credits that had ended",
    "statement_reset": "the allowance started again{reason}",
    "statement_revoke": "credits taken back{reason}",
    "statement_refund": "credits refunded{reason}",
    # your jobs
    "job_unknown": "There is no job {number} that you can see. /history lists yours.",
    "job_ended": "#{number} has ended already, so there is nothing to cancel. /history {number} shows it.",
    "not_yours": "That belongs to somebody else, so only they or an admin can do this.",
    "nothing_to_cancel": "You have no open job, so there is nothing to cancel.",
    "too_many_waiting": "You have {limit} jobs waiting, and that is the most. Wait for one, or cancel one.",
    "queue_full": "The queue is full, so nothing was ordered and nothing was charged. Try again in a few minutes.",
    "button_gone": "That button does nothing here any more. Write /help to see what you can do.",
    "ask_gone": "That question is over, and nothing was ordered. Say it again.",
    "ask_not_yours": "Somebody else was asked this, so only they can press it. Order one of your own.",
    "words_too_long_for_form": "These words have {length} characters and the form takes {limit}. Here they are as a"
    " file: shorten them, or write them with the command itself, which takes more.",
    "alt_prompt": "The words as they were typed.",
    # who may do what
    "admins_only": "Only admins can do this. Ask one of them.",
    "blocked": "An admin has switched off orders for you here. Nothing was ordered or charged. Ask one of them.",
    "tenant_waiting": "Easel is not switched on for this server yet. Ask {contact}.",
    "operators_only": "Only whoever runs Easel can do this. Ask {contact}.",
    "words_refused": "Some of these words may not be used here. Change them and send them again. Nothing was ordered or"
    " charged.",
    "words_entry": "Write a word or a few words with at most {limit} characters; a star at the start or the end stands"
    " for any letters.",
    "words_too_many": "The list holds at most {limit} words. Remove some first.",
    "test_none": "Nothing here draws offline, so there is no free test picture. Order one with /imagine instead.",
    "test_soon": "A test picture was drawn here a moment ago. Wait a minute before the next one.",
    "export_empty": "There is nothing of yours to hand over. What you order, send in or choose will be.",
    "event_forgotten": "That was forgotten, so it is not answered again. Send it once more.",
    "report_own": "That is your own picture. Press Delete to remove it.",
    "reports_too_many": "You have reported a lot within an hour. Tell an admin directly, or wait a little.",
    "channel_off": "Easel is not to be used in this channel. Try another one, or ask an admin.",
    "no_admin_channel": "There are no channels here. Admins are told in their own chat; name them with /quota admins"
    " add.",
    "no_channel": "This is set for a channel. Write it in the channel that you mean.",
    "zone_unknown": "I do not know the time zone “{given}”. Write a place such as Europe/Berlin or America/New_York.",
    "home_unknown": "I know you from no such server. Choose one of these: {homes}.",
    "person_unknown": "I know nobody called “{who}” here. Mention them with @ once they have used Easel.",
    "person_ambiguous": "More than one person is called “{who}”. Mention the one that you mean with @.",
    "admin_everyone": "Everybody cannot be an admin. Mention a person, a role or a group with @.",
    "claim_wrong": "That code is not right. Ask whoever runs Easel for the one that is in its log.",
    "claim_gone": "There is no code to claim here any more. Ask whoever runs Easel for a new one.",
    **DISCORD,
    **ALARMS,
    # our side
    "paused": "Easel is paused: {reason}. Nothing was ordered and nothing was charged. Try again later.",
    "paused_model": "This model is paused: {reason}. Nothing was ordered or charged. Choose another one, or try"
    " again later.",
    "paused_here": "An admin has paused Easel here: {reason}. Nothing was ordered or charged. Try again later, or ask"
    " them.",
    "storage_busy": "Easel is very busy, so nothing was ordered and nothing was charged. Try again in a minute.",
    "storage_full": "Easel has no room for pictures, so nothing was ordered or charged. Ask an admin to make room.",
    "bug": "Something went wrong on our side. Try again, and if it happens again tell an admin the reference"
    " {reference}.",
    # how a job ended without a picture
    "failed_busy": "The picture service was too busy, so #{number} was not drawn. Nothing was charged. Try again in a"
    " few minutes.",
    "failed_unreachable": "The picture service is down or out of reach, so #{number} was not drawn. Nothing was"
    " charged. Try again later.",
    "failed_rejected": "The picture service does not take #{number} as it is. Nothing was charged."
    " Change an option such as size or background and try again.",
    "failed_account": "The picture service does not accept our account, so #{number} was not drawn. Nothing was"
    " charged. Tell an admin.",
    "failed_refused_input": "The picture service's safety check did not accept the words or pictures of #{number}."
    " Nothing was charged. Change the words and try again.",
    "failed_refused_output": "The picture service's safety check held back what was drawn for #{number}. Nothing was"
    " charged. Change the words and try again.",
    "failed_refused": "The picture service's safety check did not accept #{number}. Nothing was charged. Change the"
    " words and try again.",
    "failed_vendor": "The picture service tried and failed, so there is no picture for #{number}. Nothing was"
    " charged. Try again.",
    "failed_too_slow": "The picture service took too long for #{number}, so we stopped waiting. Nothing was charged."
    " Try again, perhaps smaller.",
    "failed_storage": "#{number} was drawn, but there was no room to keep it. Nothing was charged. Ask an admin to"
    " make room.",
    "failed_picture": "What came back for #{number} was not a picture that we can read. Nothing was charged. Try"
    " again.",
    "failed_general": "Something went wrong on our side, so #{number} was not drawn. Nothing was charged. Try again,"
    " or tell an admin.",
    "lost": "We cannot know whether #{number} was drawn, so it is not tried again by itself. You were not charged."
    " An admin can see it.",
    "cancelled": "#{number} was cancelled. Nothing was charged; {held:exact} are free again.",
    "partial": "{got} of {wanted} pictures; {others} You paid for {got}.",
    "others_busy": "the service was too busy for the others.",
    "others_unreachable": "the service could not be reached for the others.",
    "others_account": "the service did not accept our account for the others; tell an admin.",
    "others_refused": "the safety check did not accept the others.",
    "others_too_slow": "the others took too long.",
    "others_storage": "there was no room to keep the others.",
    "others_cancelled": "the others were cancelled.",
    "others_general": "the others did not arrive.",
    # how a job goes
    "asked_by": "Asked by {who}",
    "made_with": "Made with {model} · #{number}",
    "accepted": "#{number} is ordered. It costs at most {price:credits}.",
    "accepted_next": "It is next in line.",
    "accepted_waiting": "{count} before it in line.",
    "accepted_running": "It is being drawn.",
    "eta": "Usually {usual}, rarely {rare}.",
    "eta_unknown": "There are no measurements yet of how long this takes.",
    "cancel_done": "#{number} is cancelled. {returned:exact} are free again.",
    "cancel_later": "#{number} is being drawn already. No further picture is started; what still arrives is kept and"
    " charged.",
    # questions
    "ask_words": "What should be drawn instead? Change the words and send them again.",
    "ask_edit": "What should change? Write it and send it.",
    "ask_edit_which": "Which picture should change? Choose one, or reply to it.",
    "ask_which": "#{number} has several pictures. Which one?",
    "ask_delete": "Delete this picture for good? Edits made from it and the books stay.",
    "ask_order": "This costs up to {price:credits}. Nothing is ordered yet. Press the button with the price to"
    " draw it.",
    "ask_style": "Which style should every order of yours get? Write it after /settings style; --plain leaves it out"
    " once.",
    "ask_references": "You have {count} standing pictures. Attach up to four to /settings references to draw from them"
    " every time.",
    "ask_home": "In which server should your direct messages spend? Choose one.",
    "home_none": "You have not used Easel in any server yet, so there is nothing to choose.",
    "ask_forget": "Forget all that you wrote, drew and chose, for good? Open jobs are cancelled. The books and your"
    " credits stay, without words and names.",
    "ask_report": "What is wrong with this picture? Choose one; the admins are told, nobody else.",
    "ask_slight": "Edit with “{words}”? It costs at most {price:credits}.",
    "ask_grant": "Give {amount:exact} to {who}? That is {amount:dollars} in money.",
    "ask_revoke": "Take {amount:exact} from {who}? That is {amount:dollars} in money.",
    "ask_edit_with": "Edit #{number} with “{words}”? It costs at most {price:credits}.",
    "ask_edit_of": "Which picture should change to “{words}”? Each button says what it costs at most.",
    "did_not_start": "That did not start.",
    "only_for_you": "There is an answer for you alone. Press Details to read it.",
    "edits": "This changes #{number}.",
    # answers
    "deleted": "The picture is deleted. Edits made from it and the books stay.",
    "original_too_large": "The original has {size} MB, more than this chat takes. Ask an admin for the file.",
    "original_linked": "The original has {size} MB, more than this chat takes. This address has it for two hours.",
    "original_here": "Here is the file just as it was drawn.",
    "nothing_to_finish": "This picture is as finished as its model can make it. Press Edit… to change it.",
    "no_original": "What you see is already the file just as it was drawn.",
    "granted": "Done: {amount:exact} for {who}, with {available:exact} to spend now.",
    "plan_set": "Done: the plan for {who} is {plan}. It counts from the next order.",
    "plan_none": "Done: no plan is named for {who} any more. It counts from the next order.",
    "plan_which": "Which plan is for {who}? It counts from the next order; open orders keep their hold.",
    "plan_as_before": "Nothing changed: that is so already.",
    "cap_set": "Done: at most {amount:exact} a {per} for {where}. It counts from the next order, with what was spent"
    " so far.",
    "cap_gone": "Done: there is no such limit for {where} any more.",
    "cap_as_before": "Nothing changed: that is so already. /quota show lists the limits.",
    "reset_done": "Done: the allowance starts again for {who}, {amount:exact} more, with {available:exact} to spend.",
    "blocked_done": "Done: {who} cannot order here any more. Waiting jobs that were cancelled: {count}.",
    "blocked_before": "Nothing changed: {who} was blocked already. Waiting jobs that were cancelled: {count}.",
    "unblocked_done": "Done: {who} can order again.",
    "unblocked_before": "Nothing changed: {who} was not blocked.",
    "low_balance": "You have {left:exact} left to spend. /credits shows when there is more; an admin can give some.",
    "quota_everyone": "How people spend here: the plan, the limits and who spent most this month.",
    "revoked": "Done: {taken:exact} taken from {who}, with {available:exact} to spend now.",
    "revoked_less": "Only {taken:exact} could be taken from {who}; what is held, spent or given elsewhere"
    " stays. There are {available:exact} to spend now.",
    "credits": "You can spend {available:exact}.",
    "credits_limited": "You can spend {left:exact} now: a limit leaves no more of your {available:exact}.",
    "quota": "What {who} can spend: {available:exact}.",
    "receipt": "#{number} cost {charged:exact}: the price of what was stored, never more than was held.",
    "receipt_refunded": "#{number} cost {charged:exact}, and {returned:exact} came back.",
    "receipt_free": "#{number} cost nothing. Whatever was held for it is free again.",
    "receipt_open": "#{number} is not charged yet. {held:exact} are held for it until it ends.",
    "refunded": "#{number} is refunded to {who}: {allowance:exact} into the allowance, {balance:exact} into the"
    " balance. The caps keep it.",
    "lost_list": "These jobs wait for a decision, which counts once. Press a button, or write it:"
    " /quota lost deliver 142.",
    "lost_none": "Nothing is lost: no job of unknown outcome, and no picture that came late.",
    "lost_delivered": "#{number}: {who} gets {count} that came late, free. The caps count the cost.",
    "lost_charged": "#{number}: {who} gets {count} that came late, and pays {amount:exact}.",
    "lost_kept": "#{number}: nobody is charged, and the caps keep counting {amount:exact} for what was lost.",
    "lost_forgiven": "#{number}: nobody is charged, and the caps have {amount:exact} back.",
    "lost_before": "#{number} was decided before: {act}. Nothing has changed now.",
    "report": "{title}: {pictures} in {jobs}, {charged:exact} charged. The table has every day.",
    "report_open": "{title} so far: {pictures} in {jobs}, {charged:exact} charged. The table has every day.",
    "report_empty": "Nothing ended in {title}. Name another period, such as 2026-11, 2026-W47 or 2026-11-21.",
    "history": "Your newest jobs, the newest first. Write /history and a number to see one.",
    "history_empty": "You have ordered nothing yet. Write what you want to see, or /imagine and the words.",
    "models": "These models draw. Without options you get one square picture, 1024x1024, as {format}, by {model} at"
    " {quality} quality. /models with a name tells all about one.",
    "model_told": "This is what {model} costs, how it did in the last 30 days over everybody's orders, and on which"
    " terms it draws.",
    "models_none": "No model is on offer here at the moment. Ask an admin to set one up.",
    "settings": "This is what your orders begin with. Press a button to change it.",
    "settings_changed": "Changed. This is what your orders begin with now.",
    "channel": "This is what holds in this channel and its threads. Press a button to change it.",
    "channel_changed": "Changed. This is what holds in this channel and its threads now.",
    "setup": "This is how Easel works in this server. Press a button to change it; /easel channel sets each channel.",
    "setup_changed": "Changed. This is how Easel works in this server now.",
    "setup_offer": "You are the first admin here. /easel setup shows what everybody may spend, where Easel works, and"
    " draws a free test picture.",
    "words_listed": "{count} entries may not be asked for here. People are told that some words are refused, never"
    " which.",
    "words_none": "Everything may be asked for here. Add words with /easel words add, with commas between them.",
    "export": "Here is what is yours: {what}, with words, receipts and pictures. The file is kept for a day.",
    "export_more": "Here is a part of what is yours: {what}. The file is kept for a day; the next part has more.",
    "alt_export": "What is yours, as a ZIP.",
    "forgotten": "All that you wrote, drew and chose is gone. What was paid stays in the books, without words.",
    "forget_later": "Your waiting jobs are cancelled, and {count} are still being drawn. When they have ended, all is"
    " forgotten by itself.",
    "reported": "Thank you. The admins are told and will look at it. Nobody else sees that you reported it.",
    "reported_unheard": "Thank you. No admin can be told here, so it waits in the list that they decide from. Tell them"
    " that you reported it.",
    "reported_before": "You have reported this picture already. The admins will look at it.",
    "reported_kept": "Thank you. An admin has looked at this picture and kept it. They are asked again once three"
    " people have reported it since.",
    "report_filed": "#{number} was reported. Look at it and decide; Keep leaves it where it is.",
    "report_again": "Three more people have reported #{number} since it was kept. Look at it again and decide;"
    " /easel reports says why.",
    "report_down": "Three people have reported #{number}, so it is not shown until you decide.",
    "reports_open": "These pictures were reported and wait for you. Take down hides one, Keep leaves it.",
    "reports_none": "Nothing is reported, or everything was decided. Reports come to the admin channel too.",
    "shown_to_nobody": "Taken down by admins or after reports. Whose it is may delete it.",
    "decided_taken_down": "It is taken down: nobody sees it or can edit it. Keep brings it back.",
    "decided_taken_down_before": "It was taken down already. Keep brings it back.",
    "decided_kept": "It stays. If it was taken out of a message, it is posted again where it was ordered.",
    "shown_again": "An admin has looked at #{number} and kept it, so it is shown again.",
    "decided_kept_before": "It was decided already that it stays. Take down hides it.",
    "help": "Write what you want to see, and reply to a picture with what should change. These commands help.",
    "help_command": "/{name}: {summary}.",
    **SLACK,
}


def say(key: str, **values: Any) -> str:
    """Fill the blanks of the sentence `key`; raises KeyError for an unknown sentence or a missing blank.

    Amounts are millicredits: `{price:credits}` rounds up to one decimal, `{have:exact}` keeps every decimal and
    `{sum:dollars}` is money.
    """
    return _Blanks().vformat(SENTENCES[key], (), values)


class _Blanks(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        """Write an amount of millicredits as its blank wants it, anything else as it is."""
        # Amounts raise our errors, and our errors speak these sentences.
        from bot.core import amounts  # noqa: PLC0415

        match format_spec:
            case "credits":
                return amounts.format_price(value)
            case "exact":
                return amounts.format_exact(value)
            case "dollars":
                cents = -(-value // 1_000)
                return f"${cents // 100}.{cents % 100:02}"
            case _:
                return str(super().format_field(value, format_spec))
