# Requests to link a character: what the player reads, what approvers see on the card, and who hears what.
# { $who }, { $when }, { $near } and { $channel } arrive as Discord's own marks.

undelivered = Discord did not take it.
    It refused, or could not be reached. Nothing was changed; try again in a moment.

## Asking

button-ask = Ask staff
ask-title = Which character is it?
ask-label = The character's name
ask-description = As it is in the game: staff compare it with the CAD
request-asked = Asked: staff will decide about { $sync_id }.
    You will hear of it in a direct message, or here if you take none. Until then nothing is linked. `/account status` shows your requests.
request-asked-before = Already asked: { $sync_id } is waiting for staff.
    You asked { $when }, and the request is still open, so nothing was added. You will hear of the decision; `/account status` shows your requests.
request-kept-no-channel = Kept, but staff can't see it yet: no channel for requests is set.
    Your request for { $sync_id } is stored and nothing of it is lost. Whoever manages this server can choose the channel with `/setup`; if he runs the bot himself, with APPROVAL_CHANNEL_ID. Then press the button below. Nothing is linked yet.
request-kept-unwritable = Kept, but staff can't see it yet: the bot can't write in { $channel }.
    Your request for { $sync_id } is stored and nothing of it is lost. Whoever manages this server must let the bot see that channel, send messages and embed links there, or choose another with `/setup`. Then press the button below. Nothing is linked yet.
request-kept-later = Kept, but staff can't see it yet: Discord did not take the message.
    Your request for { $sync_id } is stored and nothing of it is lost. Press the button below in a minute. Nothing is linked yet.
button-post-again = Show it to staff
button-withdraw = Withdraw { $sync_id }
request-not-needed = Not asked: { $sync_id } needs no approval.
    The rules have changed, or you are an admin here: link it with `/linkchar`. Nothing was changed.
request-name-empty = Not asked: the character's name is missing.
    Staff need it to compare with the CAD. Press **Ask staff** again. Nothing was changed.
request-denied-lately = Not asked: { $sync_id } was denied less than 24 hours ago.
    You can ask for it again { $when }. If something was misunderstood, talk to the server's staff. Nothing was changed.
request-too-many = Not asked: { $count ->
        [one] 1 request of yours is
       *[other] { $count } requests of yours are
    } still open.
    That is the most. Wait for a decision, or withdraw one: `/account status` lists them. Nothing was changed.
request-withdrawn = Withdrawn: { $sync_id } is not asked for any more.
    Staff see that you took it back. Nothing was linked. You can ask again at any time.

## The card

card-open = Request: { $member } asks to link { $sync_id }.
card-body = The character is called **{ $character }**. Asked { $when }.
card-linked = Linked already
card-linked-some = { $count ->
        [one] 1 that the bot knows of
       *[other] { $count } that the bot knows of
    }: { $near }
card-linked-none = None that the bot knows of.
card-limit = The limit is { $limit }.
card-rivals = Others who ask for the same sync ID
card-rival = { $member }, for **{ $character }**, { $when }
card-problem = Not linked yet
card-problem-text = { $near } Press **Retry** when that is put right, or **Deny**. Nothing of the request is lost.
card-problem-interrupted = The bot was restarted in the middle of it.
card-problem-other = Something went wrong.
card-approved = Approved: { $sync_id } is linked for { $member }.
card-denied = Denied: { $sync_id } is not linked for { $member }.
card-withdrawn = Withdrawn: { $member } took back the request for { $sync_id }.
card-closed = Closed: { $member } has left the server, so { $sync_id } is not linked.
card-decided = The character is called **{ $character }**. Decided by { $who } { $when }.
card-ended = The character is called **{ $character }**. Ended { $when }.
card-reason = Reason
card-unknown = This request is not known any more.
    It was erased by who asked, or is too old. Nothing can be decided here.
button-look-up = Look up
button-approve = Approve
button-retry = Retry
button-deny = Deny
deny-title = Deny the request?
deny-label = Reason (may be left empty)
deny-description = The player is told it, and it stays on the card

## What approvers hear

request-approved = Approved: { $sync_id } is linked for { $member }.
    { $told ->
        [yes] The player is told.
       *[no] The player could not be told: no direct message and no message in the channel went through. `/account status` shows it.
    }
request-approved-already = Approved: { $sync_id } was linked already for { $member }.
    Nothing had to change in the CAD. { $told ->
        [yes] The player is told.
       *[no] The player could not be told: no direct message and no message in the channel went through. `/account status` shows it.
    }
request-denied = Denied: { $sync_id } is not linked for { $member }.
    { $told ->
        [yes] The player is told, with your reason if you gave one.
       *[no] The player could not be told: no direct message and no message in the channel went through. `/account status` shows it.
    }
request-unknown = This request is not known any more.
    It was erased by who asked, or is too old. Nothing was changed.
request-over = { $state ->
        [approved] Already approved.
        [denied] Already denied.
        [withdrawn] Withdrawn by the player.
       *[closed] Already closed: the player has left.
    }
    By { $who } { $when }. Nothing was changed by this press.
request-being-decided = Somebody else is deciding this right now.
    The card shows the outcome in a moment. Nothing was changed by this press.
request-own = Refused: this is your own request.
    Nobody decides his own, admins included. Another approver must. Nothing was changed.
request-left = Not approved: { $member } has left the server.
    The request is closed. Nothing was linked. If he comes back, he can ask again.
request-may-not = Not approved: { $member } may not link a character now.
    { $rule ->
        [blocked] One of his roles is blocked.
        [not-a-player] He needs one of these roles: { $roles }
        [self-link-off] Players do not link themselves in this server any more; whoever manages it can change that with `/setup`.
       *[other] Players may not link in this server; whoever manages it can change that with `/setup`.
    }
    The request stays open: press **Retry** when that is put right, or **Deny**. Nothing was linked.
request-other-community = Not approved: this server is connected to another CAD community now.
    The request was made for the former one. Deny it, and let the player ask again. Nothing was linked.
request-max-links = Not approved: the player has as many characters as this server allows.
    { $count } are linked, the limit is { $limit }. Let him unlink one, or raise the limit in `/setup`; then press **Retry**. Nothing was linked.

## Look up

look-same = Same name: the CAD lists { $sync_id } as **{ $name }**.
    { $member } calls it **{ $character }**. The CAD shows it among his characters already.
look-different = Different name: the CAD lists { $sync_id } as **{ $name }**.
    { $member } calls it **{ $character }**. Ask him before you approve.
look-none = Not found: the CAD lists nothing under { $sync_id } for { $member }.
    He calls it **{ $character }**. That is usual before it is linked: the CAD only shows what belongs to his account.
look-namesakes = By that name the CAD lists for him: { $near }
look-nameless = (without a sync ID)

## What the player hears

told-approved = Approved: { $sync_id } is linked.
    Staff approved your request in { $channel }. The character **{ $character }** now belongs to your CAD account.
told-denied = Denied: { $sync_id } is not linked.
    Staff denied your request in { $channel } for **{ $character }**. Nothing was linked. You can ask again { $when }.
told-reason = Reason: { $reason }
told-open = Still open: { $sync_id } is waiting for staff.
    You asked { $when }. Nothing is linked yet.
told-withdrawn = Withdrawn: { $sync_id } is not asked for.
    You took the request back. Nothing was linked.
told-closed = Closed: { $sync_id } is not linked.
    You had left the server when it was to be decided. You can ask again with `/linkchar`.
told-instead = your request was decided.
    Press the button to read how; only you can. You take no direct messages from this server, so it is said here.
button-read = Read the decision
decision-not-yours = This decision is for somebody else.
    Only who asked can read it. `/account status` shows your own requests. Nothing was changed.
requests-title = Requests to staff
requests-line = { $sync_id } (**{ $character }**): { $state ->
        [open] waiting for staff
        [deciding] being decided
        [approved] approved
        [denied] denied
        [withdrawn] withdrawn
       *[closed] closed
    } { $when }
