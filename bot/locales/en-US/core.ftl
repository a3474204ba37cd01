# What people read, in English. The first line of a message is its headline: the outcome, in words.
# { $sync_id }, { $id }, { $reference }, { $value } and { $mask } arrive in code marks; other texts arrive escaped.

## Every failure

reference = Reference: { $reference }
changed-no = Nothing was changed.
changed-unknown = It is not certain whether anything changed. Look before you try again.
read-back = The CAD's answer got lost on the way, so the bot read it back: it is done.
cad-said = The CAD says: { $detail }
cad-trace = The CAD's own trace id: { $trace }
dismissed = Left as it is.
    Nothing was changed.
internal = Something went wrong in this bot.
    Staff can find the cause in the log under the reference below. If you were changing something, look whether it was done before you try again.
interrupted = The bot is being restarted in the middle of this.
    If your request was on its way to the CAD already, it goes on when the bot is back, and you are told here what became of it. If you hear nothing within a minute, ask again.
waiting = Waiting for the CAD: you are number { $place } in line, about { $seconds } s.
guild-not-set-up = This server is not set up.
    No CAD community is connected to this server, so there is nothing to link to. Whoever manages the server can connect one with `/setup`. Nothing was changed.
storage-failed = The bot's own records can't be read or written just now.
    Without them nothing is done, so that nothing gets lost. Try again in a moment; if it goes on, tell whoever runs the bot. Nothing was changed.
vault-key-missing = A stored secret can't be opened.
    The key that encrypted it is not among the bot's keys. Whoever runs the bot must put it back. Nothing was changed.
vault-tampered = A stored secret can't be opened.
    It is not what the bot stored. Whoever runs the bot must look into it. Nothing was changed.
guild-only = This works in a server only.
    Use it in the server whose CAD you mean. Nothing was changed.
operation-repeated = This is being done already.
    The same request came twice; it is carried out once. Nothing more was changed.

## Buttons that no longer lead anywhere

button-unknown = This button is not known any more.
    It may be from an older version. Type the command again.
command-outdated = This command has changed.
    Your Discord still shows an older version of it. Restart Discord (Ctrl+R), then type it again. Nothing was changed.
button-expired = This button has expired.
    Buttons are good for 15 minutes, forms for 24 hours. Nothing was changed: type the command again.
button-not-yours = This button belongs to somebody else.
    Type the command yourself to get your own.
button-pressed = This button was already pressed.
    One press is enough; the answer to it is on its way or already there.

## Access

rule-no-action = Refused: this command declares no access rule.
    That is a mistake in the bot. Please tell whoever runs it.
rule-managers-only-nobody = Refused: this is for whoever manages the server.
    It needs Discord's permission Manage Server. Ask the server's owner.
rule-approvers-only = Refused: only approvers can decide this.
    Any one of these roles opens it: { $roles }.
rule-approvers-only-nobody = Refused: no approver role is set up in this server.
    Whoever manages the server can set one with `/setup`.
rule-other-guild-nobody = Refused: this belongs to another server.
    Use it in the server it came from.
rule-blocked-nobody = Refused: one of your roles is blocked from using this bot.
    A blocked role wins over every other role. Ask the server's staff.
rule-not-a-player = Refused: you need a player role.
    Any one of these opens it: { $roles }. Ask the server's staff for it.
rule-not-a-player-nobody = Refused: no player role is set up in this server.
    Until whoever manages the server chooses one with `/setup`, only staff can use this.
rule-players-may-not-nobody = Refused: players may not do this in this server.
    Staff can do it for you. Whoever manages the server can change the rule with `/setup`.
rule-self-link-off-nobody = Not linked: players do not link themselves in this server.
    Ask staff to link the character for you. Whoever manages the server can change the rule with `/setup`.
rule-staff-only = Refused: only staff can do that.
    You need one of these roles: { $roles }. A command that is also for players works for yourself without its options for staff and without another member.
rule-staff-only-nobody = Refused: only staff can do that, and no staff role is set up in this server.
    Whoever manages the server can choose one with `/setup`. A command that is also for players works for yourself without its options for staff and without another member.
rule-admins-only = Refused: only admins can do that.
    You need one of these roles: { $roles }. Nothing was changed.
rule-admins-only-nobody = Refused: only admins can do that, and no admin or staff role is set up in this server.
    Whoever manages the server can choose one with `/setup`. Nothing was changed.

## Sync IDs

sync-id-label = Sync ID
sync-id-description = The character's id in the game database, exactly as it is stored there
sync-id-where = The sync ID is the character's id in the game database, for example `ABC12345` or `char1:…`. It is often shown in the game's character menu; otherwise staff can look it up. It is not your Discord id and not your name.
sync-id-empty = Not a sync ID: it is empty.
    Type the character's id from the game database. Nothing was sent to the CAD.
sync-id-too-long = Not a sync ID: it is too long.
    A sync ID has at most 255 characters. Nothing was sent to the CAD.
sync-id-characters = Not a sync ID: it holds characters that no sync ID has.
    Line breaks, tabs and invisible characters are not allowed; they often come along when copying. Type it by hand. Nothing was sent to the CAD.
sync-id-path = Not a sync ID: it must not be `.` or `..`, or hold `/` or `\`.
    Check what was copied. Nothing was sent to the CAD.
sync-id-hint = That was only a hint, not a sync ID.
    Type the character's id from the game database in its place. Nothing was sent to the CAD.
sync-id-discord = Not a sync ID: that is a Discord id.
    A sync ID is the character's id in the game database, not a member of this server. Nothing was sent to the CAD.
choice-hint = Type the character's sync ID from the game database
choice-long = Too long for this list: type it in full and press Enter
choice-refused = You may not use this here
choice-linked = linked

## Whose account

whose-own = your CAD account
whose-own-named = your CAD account ({ $account })
whose-member = the CAD account of { $member }
whose-member-named = the CAD account of { $member } ({ $account })
whose-named = the CAD account { $account }
whose-this = this CAD account
whose-id = the CAD account with the API ID { $id }

## /linkchar

link-done = Linked { $sync_id }.
    The character now belongs to { $near }.
link-undone = Undone: { $sync_id } is linked again.
    The character belongs to { $near }, as before.
link-already = Already linked: { $sync_id }.
    The character already belongs to { $near }. Nothing had to change.
unlink-done = Unlinked { $sync_id }.
    The character no longer belongs to { $near }. It still exists in the game.
unlink-undone = Undone: { $sync_id } is not linked.
    The character does not belong to { $near }, as before.
unlink-already = { $sync_id } was not linked.
    It does not belong to { $near }. Nothing had to change.
unlink-confirm = Unlink { $sync_id }?
    The CAD account loses this character: it can no longer be chosen or shown in the CAD until it is linked again. The character in the game stays as it is.
unlink-confirm-yes = Unlink
link-not-applied = Not linked: the CAD did not take it.
    { $cause ->
        [server] The CAD answered with an error of its own.
        [timeout] The CAD did not answer in time.
        [transport] The connection to the CAD broke.
        [none] The CAD said that it was done.
       *[other] The CAD answered something unreadable.
    } So the bot read the list: { $sync_id } is not linked. Nothing was changed; try again in a moment.
unlink-not-applied = Not unlinked: the CAD did not take it.
    { $cause ->
        [server] The CAD answered with an error of its own.
        [timeout] The CAD did not answer in time.
        [transport] The connection to the CAD broke.
        [none] The CAD said that it was done.
       *[other] The CAD answered something unreadable.
    } So the bot read the list: { $sync_id } is still linked. Nothing was changed; try again in a moment.
link-held = Not linked: { $sync_id } belongs to another CAD account.
    Nothing was changed. If it is your character, ask staff to sort it out.
link-held-confirm = { $sync_id } is linked to another CAD account.
    If you go on, it will be linked to this account as well. What the CAD then shows is up to the CAD.
link-held-confirm-yes = Yes, link anyway
undo-changed = Not undone: { $sync_id } has been changed since.
    Somebody changed this link after that, so taking it back would undo his change. Nothing was changed.
self-link-approval = Not linked yet: staff must approve it.
    In this server staff decide which characters players link. Press **Ask staff** and they see your request for { $sync_id }. Nothing was changed.
max-links = Not linked: you already have { $count } of at most { $limit } characters.
    Unlink one with `/linkchar action:remove`, or ask staff. Nothing was changed.
links-some = { $count ->
        [one] 1 character is linked.
       *[other] { $count } characters are linked.
    }
    These sync IDs belong to { $near }:
links-none = No character is linked yet.
    Nothing is linked to { $near }.
links-more = … and { $count } more.
link-modal-title = Which character?
db-sync-off = Not linked: this community does not use Database Sync.
    Linking is for communities whose characters come from the game database. Here, characters are made in the CAD: use `/newchar`.

character-shown = { $name }
    This is the character that the CAD lists under { $sync_id }.
character-none = The CAD lists no character under { $sync_id }.
    The CAD shows a character only if the game database has one with exactly this id: check that it is spelled as it is stored there, or wait a moment if the character is new.

button-show = Show character
button-undo = Undo
button-unlink = Unlink
button-enter = Enter a sync ID
button-enter-remove = Enter the sync ID to unlink
button-again = Try again
button-no = No, leave it
button-back = Back to the form

## The CAD's errors: what happened and what to do

cad-not-linked = The CAD knows no such account.
    Check the name or id.
cad-not-found = The CAD does not know it any more.
    Somebody may have removed it meanwhile.
cad-not-verified = That secret belongs to no account.
    Copy it again from the CAD.
cad-auth = The CAD refuses this server's API key.
    Whoever runs the bot must correct SONORAN_API_KEY. Until then nothing is sent.
cad-plan = The community's CAD plan does not include this.
    Linking and characters need the Plus plan or higher, and the API must be switched on in the CAD's settings. The community's owner can change that.
cad-config = The CAD refuses this server's community id.
    Whoever runs the bot must correct SONORAN_COMMUNITY_ID. Until then nothing is sent.
cad-protocol = The CAD did not understand the request.
    That is a mistake in the bot or a change of the CAD. Please tell whoever runs the bot.
cad-bad-endpoint = The CAD does not know this call.
    The CAD answered as if nothing was asked. Please tell whoever runs the bot.
cad-rejected = The CAD did not accept what was sent.
    Correct it and try again.
cad-forbidden = The CAD refuses this.
    It does not say why. Ask the community's owner.
cad-unique = A value that must be unique is already taken.
    Another record has it. Choose another value.
cad-rate-limited = Too many calls to the CAD just now.
    Try again in { $wait ->
        [0] a minute
        [one] 1 second
       *[other] { $wait } seconds
    }.
cad-server = The CAD has a problem of its own.
    It answered with an error. Try again in a few minutes; status.sonoransoftware.com tells whether it is known.
cad-unexpected = The CAD answered something unreadable.
    It may be under maintenance. Try again in a few minutes; status.sonoransoftware.com tells whether it is known.
cad-timeout = The CAD did not answer in time.
    It may be busy. Try again in a few minutes; status.sonoransoftware.com tells whether it is known.
cad-transport = The CAD can't be reached.
    The connection failed. Try again in a few minutes; status.sonoransoftware.com tells whether it is known.
cad-paused = Calls to the CAD are paused.
    { $cause ->
        [auth] The CAD refused this server's API key; whoever runs the bot must correct SONORAN_API_KEY.
        [config] The CAD refused this server's community id; whoever runs the bot must correct SONORAN_COMMUNITY_ID.
        [plan] The community's CAD plan does not include this; its owner can change that.
       *[other] The last calls failed, and going on could get the community blocked.
    } The next attempt is possible in { $wait ->
        [0] a moment
        [one] 1 second
       *[other] { $wait } seconds
    }.
