# Which CAD account is a member: the ladder, and `/account`.
# { $near }, { $who } and { $when } arrive as Discord's own marks.

account-unknown = It is not known which CAD account is yours.
    One step is missing: prove which account is yours with `/account verify`. Or ask staff to name it with `/account set`. Nothing was changed.
account-unknown-member = It is not known which CAD account this member has.
    One step is missing: bind it with `/account set`, or let the member prove it with `/account verify`. For this one time, add the option `api_id`. Nothing was changed.
member-is-bot = A bot has no CAD account.
    Choose a member. Nothing was changed.
api-id-empty = Not an API ID: it is empty.
    Type it as it is set in the CAD, or leave the option out. Nothing was changed.
account-disagrees = Refused: that API ID belongs to somebody else.
    The API ID and the CAD account of { $member } do not agree. Give only one of the two, or correct one. Nothing was changed.
account-own-by-id = Refused: that is your own CAD account.
    For your own account you follow the same rules as players. Leave the option `api_id` out. Nothing was changed.
account-not-taken = The CAD did not take it for this account.
    It knows the account, but refused the call without saying why. Ask the community's owner. Nothing was changed.
account-is-this-you = Is this you?
    The CAD account that goes by your Discord id is **{ $account }**. If you say yes, the bot acts on that account for you from now on.
account-is-this-you-yes = Yes, that is me
account-changed = Stopped: your id now leads to another CAD account.
    It is not the account that was confirmed before. Ask staff to look into it; if the new one is right, prove it with `/account verify`. Nothing was changed.
account-pending = The CAD account is waiting for approval.
    The account { $account } is not approved yet. Ask the community's staff to approve it in the CAD, then try again. Nothing was changed.
account-expired = The CAD account has expired.
    The account { $account } must be renewed in the CAD first. Nothing was changed.
account-removed = The CAD account was removed from the community.
    The account { $account } must join the community again. Nothing was changed.
account-banned = The CAD account is banned.
    The account { $account } is banned from the community. Only the community's staff can lift that. Nothing was changed.
account-none-discord = The CAD knows no account for this Discord user.
    One step is missing. First: link Discord to the Sonoran account, on sonorancad.com under account settings. If that is done: join the community in the CAD with that account. Then type the command again. Without linking Discord, prove the account with `/account verify`. Nothing was changed.
account-none-api-id = The CAD knows no account with the API ID { $id }.
    API IDs are case-sensitive and set in the CAD, under the account's settings. Check it, or ask the member to set it. Nothing was changed.
account-none-own = The CAD knows no account that goes by your Discord id.
    One step is missing: in the CAD, open your account's settings for this community and enter { $id } as API ID. Then type the command again. Nothing was changed.
account-none-account = The CAD knows no such account.
    It may have left the community. One step is missing: join the community again with that account, or prove another one with `/account verify`. Nothing was changed.
account-none-username = The CAD knows no account with the user name { $id }.
    It is the name by which the member is listed in the community's CAD, not his Discord name. Check it. Nothing was changed.
account-held = Stopped: that CAD account belongs to another member here.
    The account { $account } is bound to somebody else in this server. If it is yours, prove it with `/account verify`. Nothing was changed.
account-no-api-id = One step is missing: your CAD account has no in-game id.
    In the CAD, open the settings of your account { $account } for this community and enter the id that the game server knows you by as API ID. Staff can tell you which id that is. Then type the command again. Nothing was changed.
account-no-api-id-member = One step is missing: the CAD account has no API ID.
    Links need one. The owner of { $account } can enter it in the CAD, in the settings of his account for this community. Nothing was changed.
account-several-api-ids = Not clear which one: the CAD account { $account } has several API IDs.
    Name the account by the API ID that is meant instead. Nothing was changed.
account-which-api-id = Which of these ids is the one of this game server?
    The CAD knows the account { $account } by several ids, and links need one of them: the one by which the game server knows the player. What you choose is remembered.
account-unconfirmed = It was never confirmed that this account is yours.
    One step is missing: type `/linkchar` and answer "Is this you?" about { $account } with yes.
account-unconfirmed-member = The member never confirmed that this account is his.
    One step is missing: he is asked "Is this you?" about { $account } when he first uses `/linkchar`.

## /account status

status-ready = All is set: { $near } can be used here.
    `/linkchar` and `/newchar` act on it.
status-step = One step is missing before { $near } can be used here.
status-unread = The CAD can't be asked about { $near } just now.
    What this bot itself knows is below. Nothing was changed; try again in a moment.
status-how = How it is known
status-how-value = { $how ->
        [secret] Proven with its secret, { $when }. It counts in every server of this community.
        [staff] Said by { $who }, { $when }. It counts in this server.
        [confirmed] Confirmed by the member himself, { $when }. It counts in this server.
        [discord] By the Discord account that is linked to it on sonorancad.com.
        [own-id] By the Discord id, which is entered in the CAD as API ID.
       *[not] It is not known yet.
    }
status-api-id = In-game id
status-api-id-value = { $id }, { $proven ->
        [yes] said by staff
       *[no] as it is entered in the CAD
    }
status-links = Linked characters
status-missing = The missing step
button-verify = Prove my account
button-secret = Enter secret

## /account verify

verify-where = Prove which CAD account is yours: you need its secret.
    1. In Sonoran CAD, open this community and there the **settings** of your account. Your account's **secret** stands there: 36 letters, digits and dashes.
    2. Copy it, press **Enter secret** below and paste it into the form.

    {""}**Never post the secret**: not in a channel, not in a message, not to staff. Whoever has it can act as you. This bot sends it to the CAD once and keeps it nowhere. If you ever posted it, make a new one in the CAD first.
secret-title = Your CAD account's secret
secret-label = Account secret
secret-description = From your account's settings in the CAD. Sent to the CAD once, kept nowhere, shown to nobody
secret-shape = Not a secret: it does not look like one.
    A secret has 36 letters, digits and dashes. Copy it once more from the settings of your account in the CAD, whole. It was not sent to the CAD. Nothing was changed.
secret-too-often = Not tried: there were too many wrong secrets.
    Try again in { $minutes ->
        [one] 1 minute
       *[other] { $minutes } minutes
    }, with the secret copied from the settings of your account in the CAD. It was not sent to the CAD. Nothing was changed.
verify-done = Proven: { $near } is yours.
    It counts in every server of this community, in place of whatever was known of you before.
verify-moved = It was bound to another member until now. He is told that it is not his any more, without your name.

## /account set

set-own-admin = Refused: you can't say yourself which CAD account is yours.
    Prove it with `/account verify`, or ask an admin. Nothing was changed.
set-own-account-admin = Refused: **{ $account }** is your own CAD account.
    For your own account you follow the same rules as players, so only an admin can say that it is another member's. Nothing was changed.
set-over-admin = Refused: only an admin can change that.
    The member has another CAD account here, or { $account } is bound to another member. An admin can move it, or its owner proves it with `/account verify`. Nothing was changed.
set-one-name = Name the CAD account in exactly one way.
    Give one of the options `api_id`, `username` and `account`, and leave the others out. Nothing was changed.
set-name-empty = Not the name of a CAD account: it is empty.
    Type it as it is in the CAD. Nothing was changed.
set-account-shape = Not the id of a CAD account: it does not look like one.
    The option `account` takes the account's UUID: 36 letters, digits and dashes. Its user name goes into `username`. Nothing was changed.
set-move-confirm = This moves a binding: { $kind ->
        [both] the member has another CAD account, and this one is another member's.
        [member] the member has another CAD account.
       *[account] this CAD account is another member's.
    }
    { $kind ->
        [both] { $member } has **{ $former }** here until now, and **{ $account }** is bound to { $who }, who loses it here and is told.
        [member] { $member } has **{ $former }** here until now. If you go on, it is **{ $account }**.
       *[account] **{ $account }** is bound to { $who } here, who loses it and is told. If you go on, it is the account of { $member }.
    }
set-move-confirm-yes = Yes, move it
set-done = Bound: **{ $account }** is the CAD account of { $member } now.
    It counts in this server, for everything that he or staff do with his characters.
set-already = Already bound: **{ $account }** is the CAD account of { $member }.
    Nothing had to change.

## /account forget

forget-confirm = Forget which CAD account is yours?
    { $version ->
        [v1] Then this bot can't link, create or show characters for you, until you prove an account anew with `/account verify` or staff bind you.
       *[v2] Then this bot goes by the Discord account that is linked on sonorancad.com again; if none is, it can't link, create or show characters for you.
    } Your characters, links and the account itself stay as they are. Staff can bind you again.
forget-confirm-yes = Yes, forget it
forget-done = Forgotten: which CAD account is yours.
    Nothing was changed in the CAD. `/account status` says how it stands now.
forget-none = There was nothing to forget.
    No CAD account is stored for you in this server. Nothing had to change.

## What the former holder of an account hears

moved-proven = Your CAD account is bound to somebody else now.
    In the community { $community }, somebody proved with the secret of **{ $account }** that this account is his. This bot does not act on it for you any more. Was that you, with another Discord account? Then all is well. If not: make a new secret in the settings of your account in the CAD, then use `/account verify` in the server again.
moved-by-staff = Your CAD account is bound to somebody else now.
    In the community { $community }, staff of a server said that **{ $account }** is another member's account. In that server this bot does not act on it for you any more. If that is wrong, prove it with `/account verify` there.
