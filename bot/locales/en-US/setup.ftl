# /setup, /doctor and the panel. The first line of a message is its headline: the outcome, in words.

## The steps

step-connection = CAD connection
step-framework = Game framework
step-roles = Roles
step-channels = Channels
step-policy = Rules for players
step-trial = Dry run
step-panel = Panel
standing-done = done
standing-missing = not done yet
standing-skipped = skipped
setup-title = Step { $number } of { $count }: { $name }
setup-overview = Setting up: { $count } of { $total } steps are done.
    Every step is saved by itself: you can stop at any time and type `/setup` again. Nothing here needs a key of anybody else's server.
setup-overview-done = This server is set up.
    All { $total } steps are done. Each can be changed here at any time; `/doctor` checks that everything works.
setup-saved = Saved: { $name }.
setup-choice-unknown = Not saved: that choice is not known.
    Your Discord may show an older version of this page. Type `/setup` again. Nothing was changed.
button-overview = Overview
button-skip = Skip
button-next = Next
button-finish = Finish
button-setup-continue = Continue: { $name }
button-back-setup = Back to this step

## Settings, by name

setting-framework = game framework
setting-db-sync = Database Sync
setting-staff = staff roles
setting-players = player roles
setting-approvers = approver roles
setting-admins = admin roles
setting-blocked = blocked roles
setting-approval-channel = channel for requests
setting-audit-channel = channel for audit lines
setting-self-link = how players link themselves
setting-player-may = what players may do
setting-limits = self-link pattern and limit

## 1. The CAD

setup-connection-none = No CAD community is connected to this server yet. Until one is, nobody can link or create characters.
setup-connection = Connected to **{ $name }** ({ $id }), API { $version }. Several servers may share one community; each has its own roles and rules.
setup-connection-how = Have the community id and the API key ready: in the CAD, as its owner, open Administration and look for the API settings. The key is asked for in a form, checked with the CAD, stored encrypted and never shown in full again.
setup-connection-home = Connected to **{ $name }** by the environment.
    This is a home server of this bot: its community, key and API version are the settings SONORAN_COMMUNITY_ID, SONORAN_API_KEY and SONORAN_API_VERSION of whoever runs the bot, and can't be changed here.
setup-connection-home-none = This is a home server of this bot, and no CAD community is connected to it.
    Its community comes from the settings SONORAN_COMMUNITY_ID and SONORAN_API_KEY of whoever runs the bot, and can't be changed here. If both are set, the CAD says that the key belongs to another community.
button-key = Enter the key
button-key-change = Enter a new key
setup-key-title = Connect your CAD community
setup-field-id = Community id
setup-field-id-about = As it is shown in the CAD's API settings
setup-field-key = API key
setup-field-key-about = Stored encrypted, never shown in full. Don't post it in a channel.
setup-field-version = API version
setup-field-version-about = v2 is recommended: it knows members by their Discord id
version-v2 = v2 (recommended)
version-v2-about = Knows members by the Discord account that they linked to Sonoran
version-v1 = v1
version-v1-about = Members have to be told apart by an API ID that staff enter
version-v1-old = v1, older character form
version-v1-old-about = Only if creating characters with v1 is refused
setup-proof = Is this your community?
    The CAD accepts the key. It belongs to **{ $name }** ({ $id }), plan { $plan }, and will be used with API { $version }. Nothing is saved until you say yes.
setup-proof-ending = The key ends in { $value }.
setup-plan-low = **The plan { $plan } is not enough**: linking and characters need Plus or higher. You can connect now, but the CAD will refuse these calls until the community's owner changes the plan.
setup-v1 = With v1 the CAD can't be asked for members by their Discord id, so staff have to give an API ID. Prefer v2 unless your community can't use it.
setup-proof-other = This server is connected to **{ $name }** at present. Saying yes moves it to this community.
button-ours = Yes, that is ours
button-not-ours = No, go back
setup-connected = Connected: { $name }.
setup-home-connection = Not changed: this server's community comes from the environment.
    Whoever runs the bot can change SONORAN_COMMUNITY_ID and SONORAN_API_KEY. Nothing was changed.
setup-id-invalid = Not saved: that is no community id.
    It is one word of letters, digits, `-` and `_`, at most 50 characters. Copy it from the CAD's API settings. Nothing was sent to the CAD.
setup-key-invalid = Not saved: that is no API key.
    It is one word of 8 to 200 plain letters, digits and signs. Copy it again from the CAD's API settings. Nothing was sent to the CAD.
setup-key-refused = Not saved: the CAD does not accept this key.
    Copy the community id and the key again from the CAD's API settings. Nothing was saved, and the key was not kept. { $count ->
        [one] 1 attempt is left
       *[other] { $count } attempts are left
    } in this hour: wrong keys can get a community blocked.
setup-mismatch = Not saved: the key belongs to another community.
    You typed { $id }, but the CAD says that this key is another community's. Use the id and the key of the same community. Nothing was saved, and the key was not kept.
setup-cad-nameless = Not saved: the CAD did not say whose key this is.
    Without that, nobody can be sure that it is yours. Try again later. Nothing was saved, and the key was not kept.
setup-forbidden = Not saved: the CAD refuses, and does not say why.
    The key may be wrong, the community's API switched off, or its plan may have none: its owner sees all three in the CAD's API settings. Nothing was saved, and the key was not kept.
setup-api-off = Not saved: the community's API is switched off, or its plan has none.
    The community's owner can switch it on in the CAD's API settings. Nothing was saved, and the key was not kept.
setup-cad-down = Not saved: the CAD could not be asked.
    { $cause ->
        [rate-limited] Too many calls just now.
        [server] It has a problem of its own.
        [timeout] It did not answer in time.
        [transport] It can't be reached.
       *[other] It answered something unreadable.
    } Try again in a few minutes. Nothing was saved; the community id that you typed is filled in again, the key has to be entered anew.
setup-attempts = Not tried: { $count } wrong keys in an hour.
    More could get the community blocked at the CAD. Try again in { $minutes ->
        [one] 1 minute
       *[other] { $minutes } minutes
    }, with the key copied anew. Nothing was sent to the CAD.
setup-proof-expired = Not saved: this took too long, or the bot was restarted.
    A key that is not confirmed is kept for 15 minutes only. Enter it again. Nothing was changed.

## 2. The framework

setup-framework = Which framework does your game server run? Players then read its own word for a character's id, with an example and where to find it.
setup-framework-set = A character's id is called **{ $label }** (sync ID), for example { $example }. { $near }
setup-db-sync = **Database Sync**: do the CAD's characters come from the game's database? Then players link them with `/linkchar`. If not, they make them with `/newchar`.
pick-framework = The game framework
pick-db-sync = Database Sync
framework-qbcore-name = QBCore or Qbox
framework-qbcore-label = Citizen ID
framework-qbcore-where = It is shown in the game's character menu, and stored as `citizenid` in the table `players`.
framework-esx-name = ESX
framework-esx-label = Identifier
framework-esx-where = It is stored as `identifier` in the table `users`; staff can look it up in the server's database.
framework-esx-multi-name = ESX with several characters
framework-esx-multi-label = Character identifier
framework-esx-multi-where = It is stored as `identifier` in the table `users`: `char`, the number of the character's slot, a colon, and the license; staff can look it up in the server's database.
framework-ox-name = ox_core
framework-ox-label = State ID
framework-ox-where = It is shown in the game's character menu, and stored as `stateId` in the table `characters`.
framework-other-name = Another one
framework-other-label = Character id
framework-other-where = It is whatever the community's CAD uses to tell the game's characters apart; ask staff where to find it.
db-sync-auto-name = Find out by itself
db-sync-auto-about = Both are offered until a linked character was seen
db-sync-on-name = Yes, characters come from the game
db-sync-on-about = /linkchar links them; /newchar explains why it does not create one
db-sync-off-name = No, characters are made in the CAD
db-sync-off-about = /newchar creates them; /linkchar explains why there is nothing to link

## 3. Roles

setup-roles = **Staff** may act for anyone. **Players** may act for themselves. **Approvers** decide requests; without any, staff do. Choose roles that only people give: an empty menu opens nothing.
setup-roles-everyone = Every member counts as a player at present. Choosing roles in that menu changes it.
setup-more-roles = **Admins** are not bound by the players' rules for their own account; without any, staff are admins. **Blocked** roles win over every other role.
setup-you = { $rule ->
        [admin] You yourself count as an **admin** with your roles
        [staff] You yourself count as **staff** with your roles
        [staff-as-player] You yourself count as staff for others, and as a **player** for yourself
        [player] You yourself count as a **player** with your roles
        [blocked] You yourself are **blocked** by one of your roles
       *[none] You yourself may **not** use `/linkchar` or `/newchar` with your roles; Manage Server alone gives no access to characters
    }{ $approves ->
        [yes] {", and may decide requests."}
       *[other] .
    }
pick-staff = Staff roles
pick-players = Player roles
pick-approvers = Approver roles (empty: staff)
pick-admins = Admin roles (empty: staff)
pick-blocked = Blocked roles
button-everyone = Everyone is a player
button-more-roles = Admins and blocked roles
button-back-roles = Back to staff and players
setup-role-everyone = Not saved: @everyone can't be staff, approver or admin.
    Every member would be able to act for everybody else. Choose a role that people are given. Nothing was changed.
setup-role-managed = Not saved: nobody is given the role { $name } by people.
    It is managed by Discord, a bot or a linked account, so whoever fulfils its conditions would be let in. Choose a role that people are given. Nothing was changed.
setup-role-block-everyone = Not saved: blocking @everyone would block everybody.
    Choose the roles to block. Nothing was changed.

## 4. Channels

setup-channels = **Requests**: players ask to link a character, and staff approve or deny it on a card in this channel. **Audit lines**: what was done, by whom. Both should be seen by staff only. An empty menu is none.
pick-approval-channel = Channel for requests
pick-audit-channel = Channel for audit lines
setup-channel-gone = Not saved: the bot can't see that channel.
    Allow it to view the channel in the channel's settings, then choose it again. Nothing was changed.
setup-channel-kind = Not saved: { $channel } is no text channel.
    Choose a text channel of this server. Nothing was changed.
setup-channel-rights = Not saved: the bot may not write in { $channel }.
    It lacks:{ $view ->
        [missing] {" View Channel."}
       *[other] {""}
    }{ $send ->
        [missing] {" Send Messages."}
       *[other] {""}
    }{ $embed ->
        [missing] {" Embed Links."}
       *[other] {""}
    } Allow that in the channel's settings, then choose it again. Nothing was changed.

## 5. Rules for players

pick-self-link = How players link themselves
pick-player-may = What players may do with their own (nothing: nothing)
self-link-approval-name = With approval (recommended)
self-link-approval-about = A player asks, staff approve or deny
self-link-off-name = Off
self-link-off-about = Only staff link characters
self-link-open-name = Open
self-link-open-about = Any player can then take any character
self-link-approval-long = **Players ask, staff decide**: a link is only set once an approver says yes.
self-link-off-long = **Only staff link characters**: players are told to ask staff.
self-link-open-long = **Open: any player can take any character** by typing its id, also one that belongs to somebody else and was never linked. Choose it only if your players can't know each other's ids.
player-may-link = Link a character
player-may-unlink = Unlink a character
player-may-create = Create a character
player-may-edit = Edit a character
player-may-remove = Remove a character
player-may-select = Select the active character
setup-pattern = **Pattern**: a sync ID that is { $value } needs no approval, where the player's own id stands for { $mask } and a digit for `#`. That counts only with an id that the player did not type himself: the CAD's (v2), or one that staff bound.
setup-pattern-none = **Pattern**: none. Every link of a player needs approval, unless it is open or off.
setup-pattern-suggested = For your framework { $value } may make sense, if your CAD's API IDs are the licenses.
setup-max-links = **Limit**: { $count ->
        [0] none; a player may link as many characters as he has.
        [one] a player may link 1 character.
       *[other] a player may link { $count } characters.
    }
button-limits = Pattern and limit
setup-limits-title = Pattern and limit
setup-field-pattern = Self-link pattern
setup-field-pattern-about = { $mask } exactly once, # for a digit, e.g. { $example }. Empty: none
setup-field-limit = Most characters of a player
setup-field-limit-about = A whole number; 0 is no limit
setup-pattern-invalid = Not saved: that is no pattern.
    It must hold { $mask } exactly once, in one line of at most 255 characters, for example { $example }. Leave it empty for none. Nothing was changed.
setup-limit-invalid = Not saved: that is no limit.
    Type a whole number from 0 to { $limit }; 0 is no limit. Nothing was changed.

## 6. Dry run

setup-trial = What would happen if you typed `/linkchar` and `/newchar` now? This looks and changes nothing: it asks the CAD for your account and for the character template.
button-trial = Try it on me
decided = { $value }: { $rule ->
        [admin] allowed, you have an admin role.
        [staff] allowed, you have a staff role.
        [staff-as-player] allowed; for yourself you follow the players' rules.
        [player] allowed, you are a player.
        [approval] allowed to ask; staff decide unless the pattern proves that it is yours.
        [everybody] allowed for everybody.
        [blocked] refused, one of your roles is blocked.
        [not-a-player] refused, no player role is set up in this server.
        [players-may-not] refused, players may not do this in this server.
        [self-link-off] refused, players do not link themselves in this server.
       *[other] refused.
    }
decided-roles = { $value }: { $rule ->
        [not-a-player] refused, you need a player role. Any one of these opens it: { $roles }.
       *[other] refused. Any one of these roles opens it: { $roles }.
    }
trial-account = Your CAD account: found, **{ $account }**.
trial-account-missing = Your CAD account: { $near }
trial-template = The community's character form: readable, { $count ->
        [one] 1 field
       *[other] { $count } fields
    } on { $pages ->
        [one] 1 page
       *[other] { $pages } pages
    }.
trial-template-missing = The community's character form: { $near }
trial-nothing-changed = Nothing was changed.

## 7. The panel

setup-panel = The panel is a lasting message with buttons for players who don't know slash commands: link a character, create one, see their own, help. The rules are the same as for the commands. Choose a channel, or post it here.
setup-panel-posted = The panel is in { $channel }. Choose another channel to move it, or post it anew here.
pick-panel = Post it in another channel
button-panel-here = Post it here
button-panel-move = Move it here
setup-panel-done = Posted the panel in { $channel }.
setup-panel-left = The older panel could not be deleted: it still works, and you can delete it by hand.
setup-panel-failed = Not posted: Discord did not take the panel in { $channel }.
    See that the bot may view the channel, send messages and embed links there, then try again. Nothing was changed.
panel = Your characters in the CAD
    Press a button. What opens is seen by you alone.
    - **Link a character** connects a character of the game with your CAD account.
    - **Create** makes a new character in the CAD.
    - **My characters** lists yours.
    - **Help** says what each does and who may.
panel-link = Link a character
panel-create = Create
panel-characters = My characters
panel-help = Help
help = What the buttons do, and whether you may.
    {""}**Link a character** connects a character of the game with your CAD account, by its { $label } (sync ID), for example { $example }. { $near }
    {""}**Create** makes a new character in the CAD, from this community's own form.
    {""}**My characters** lists your characters and the linked sync IDs.
help-command = The same by command: `/linkchar`, `/newchar`, `/chars list`. `/account status` says how the CAD knows you.
help-players = Players here: { $roles }.
help-players-everyone = Players here: every member.
help-players-none = Players here: no role is set up yet, so only staff can use it.
help-staff = Staff here: { $roles }.

## /linkchar, in the words of the game's framework

sync-id-named = { $label } (sync ID)
sync-id-where-framework = The { $label } (sync ID) is the character's id in the game, for example { $example }. { $near } It is not your Discord id and not your name.
sync-id-description-framework = { $label }, for example { $example }
choice-hint-framework = Type the character's { $label }, for example { $example }
sync-id-discord-id = Not a { $framework ->
        [ox] State ID
       *[other] Citizen ID
    } (sync ID): that is a Discord id.
    It names a person, not a character. A character's id here looks like { $example }; type `/linkchar` without it to read where to find yours. Nothing was sent to the CAD.
sync-id-steam-id = Not a { $framework ->
        [ox] State ID
       *[other] Citizen ID
    } (sync ID): that is a Steam hex.
    It names a player, not a character. A character's id here looks like { $example }; type `/linkchar` without it to read where to find yours. Nothing was sent to the CAD.

## /doctor

doctor-well = Everything works.
    { $count } things were checked.
doctor-warn = It works, but { $count ->
        [one] 1 thing deserves a look.
       *[other] { $count } things deserve a look.
    }
doctor-fail = { $count ->
        [one] 1 thing does not work.
       *[other] { $count } things do not work.
    }
    Each line says what to do about it.
doctor-page = Page { $page } of { $pages }.
doctor-line-ok = **OK:** { $near }
doctor-line-warn = **Look:** { $near }
doctor-line-fail = **Not working:** { $near }
doctor-remedy = What to do: { $near }
button-doctor-more = More
button-doctor-again = Check again

## What `check` and `/doctor` find: one line each, and its remedy

finding-no-community = CAD: no community is connected
remedy-no-community = { $place ->
        [environment] set SONORAN_COMMUNITY_ID, SONORAN_API_KEY and DISCORD_GUILD_IDS, or run /setup in your server
       *[setup] type /setup and enter the community's key
    }
finding-key-unreadable = CAD: the stored key of the community can't be opened
remedy-key-unreadable = enter the key again in /setup; whoever runs the bot has changed or lost the encryption key
finding-plan = CAD: key accepted, plan { $plan }
finding-plan-low = CAD: key accepted, but the plan { $plan } has no linking and no characters
remedy-plan-low = the community's owner can choose Plus or higher
finding-cad-away = CAD: it does not answer as it should ({ $error })
remedy-cad-away = { $place ->
        [environment] wait until it does, or see that SONORAN_API_URL and the network are right
       *[setup] wait until it does; what people ask for is kept meanwhile
    }
finding-plan-refused = CAD: key and plan ({ $error })
remedy-plan-refused = { $place ->
        [environment] check SONORAN_API_KEY, SONORAN_COMMUNITY_ID and the plan
       *[setup] enter the key again in /setup; see in the CAD that the API is on and the plan is Plus or higher
    }
finding-community = CAD: community { $name }
finding-community-other = { $place ->
        [environment] SONORAN_COMMUNITY_ID
       *[setup] CAD
    }: the key belongs to { $id }
remedy-community-other = { $place ->
        [environment] use that id, or the right key
       *[setup] enter the key again in /setup
    }
finding-community-unread = CAD: the community's name can't be read ({ $error })
remedy-community-unread = try again later; for v1 it does not matter
finding-template = CAD: character template with { $count } fields
finding-template-refused = CAD: character template ({ $error })
remedy-template-refused = see that the plan includes templates (Plus)
finding-shared-key = CAD: another program seems to use the same key, so calls go out at half the pace
remedy-shared-key = give each program its own key if you can; otherwise expect longer waits
finding-commands = server { $server }: commands are registered
finding-commands-missing = server { $server }: commands are not registered yet
remedy-commands-missing = { $place ->
        [environment] they are at the next run, or by: sync
       *[setup] whoever runs the bot can restart it, or run: python -m bot sync
    }
finding-commands-unread = server { $server }: commands can't be listed
remedy-commands-unread = invite the bot again, with the scope applications.commands
finding-role = { $setting }: { $role }
finding-role-gone = { $setting }: { $value } is no role here (any more); it opens nothing
remedy-role-gone = { $place ->
        [environment] correct or remove it
       *[setup] choose the roles again in /setup
    }
finding-role-managed = { $setting }: { $role } is a managed, linked or @everyone role
remedy-role-managed = use a role that people are given
finding-channel = { $setting }: the bot can write in { $name }
finding-channel-gone = { $setting }: { $value } is no text channel that the bot can see (any more)
remedy-channel-gone = { $place ->
        [environment] choose a text channel of your servers that the bot can see
       *[setup] choose another one in /setup, or allow the bot to view it
    }
finding-channel-rights = { $setting }: the bot may not write in { $name }; it lacks{ $view ->
        [missing] {" “View Channel”"}
       *[other] {""}
    }{ $send ->
        [missing] {" “Send Messages”"}
       *[other] {""}
    }{ $embed ->
        [missing] {" “Embed Links”"}
       *[other] {""}
    }
remedy-channel-rights = allow it in the channel's settings
finding-usable = /linkchar: somebody can use it
finding-unusable = /linkchar: nobody can use it
finding-unusable-players = /linkchar: nobody can link with it, players as set up need staff
remedy-unusable = { $place ->
        [environment] set STAFF_ROLE_IDS or PLAYER_ROLE_IDS, or see PLAYER_MAY, SELF_LINK, SELF_LINK_PATTERN and SONORAN_API_VERSION
       *[setup] choose staff roles in /setup, or let players link themselves there
    }
finding-no-approval-channel = { $place ->
        [environment] SELF_LINK=approval without APPROVAL_CHANNEL_ID
       *[setup] players need approval, and there is no channel for requests
    }
remedy-no-approval-channel = players are told to ask staff; set the channel
finding-open = { $place ->
        [environment] SELF_LINK=open
       *[setup] players link themselves without approval
    }: any player can take any character
remedy-open = use approval unless you want that
finding-seed-form = { $place ->
        [environment] SONORAN_NEW_CHARACTER_FORM=character
       *[setup] v1, older character form
    }: the CAD's pages replaced this form in 2021
remedy-seed-form = { $place ->
        [environment] prefer SONORAN_API_VERSION=v2, or dictionary
       *[setup] prefer v2 in /setup, or v1 without the older form
    }
finding-v1-players = v1 can't tell a player's CAD account
remedy-v1-players = { $place ->
        [environment] prefer SONORAN_API_VERSION=v2; until then players prove it with /account verify, or staff act with api_id
       *[setup] prefer v2 in /setup; until then players prove it with /account verify, or staff act with api_id
    }
finding-framework = the game framework is not set
remedy-framework = choose it in /setup, so that players read what their character's id is called
finding-discord = { $name } (Discord: status { $status }, code { $code })
remedy-discord = see that the bot is in the server, then try again
finding-override = server { $server }: /setup changed { $setting }, so the environment's value does not hold there
remedy-override = nothing, if that is meant; /setup can set it back
finding-database = database: reachable and up to date
finding-database-old = database: not up to date
remedy-database-old = run: python -m bot migrate
finding-database-down = database: can't be reached or used
remedy-database-down = check DATABASE_URL, and that its server or folder is there and may be written
finding-key-file = encryption key: { $value } is there, for its owner alone
finding-key-file-new = encryption key: it is made at the first run
finding-key-file-open = encryption key: others on this machine may read { $value }
remedy-key-file-open = run: chmod 600 on it
finding-key-missing = encryption key: none, and the database holds what only the lost one opens
remedy-key-missing = put the key file back, or set ENCRYPTION_KEYS
finding-one-backup = database and encryption key lie in one folder, so one backup holds both
remedy-one-backup = keep the key elsewhere: ENCRYPTION_KEY_FILE, or ENCRYPTION_KEYS
