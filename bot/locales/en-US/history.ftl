# The history, the audit channel, /access and /mydata.

## What somebody did or tried: an entry's own words

history-view = look at an account
history-link = link
history-unlink = unlink
history-create = create a character
history-edit = edit the character
history-remove = delete the character
history-select = select the character
history-account = look at, prove or forget a CAD account
history-verify = prove one's own CAD account with its secret
history-bind = say which CAD account it is
history-forget = forget which CAD account it is
history-moved = CAD account taken over by a newer proof
history-ask = ask staff to link
history-decide = decide a request
history-approve = approve the request for
history-deny = deny the request for
history-withdraw = withdraw the request for
history-audit = search the history
history-bulk = run or look at bulk jobs
history-bulk-start = start the bulk job
history-bulk-pause = pause the bulk job
history-bulk-resume = resume the bulk job
history-bulk-cancel = cancel the bulk job
history-bulk-end = ended the bulk job ({ $done } done, { $failed } failed or not certain, { $cancelled } not carried out) from the file
history-explain = ask whether somebody would be allowed
history-staff-options = use an option for staff
history-set-up = set up
history-own-data = see one's own data
history-erase = erase one's own data
history-help = ask for help
history-other = { $id }

outcome-accepted = kept, not sent yet
outcome-sending = under way, or being found out
outcome-done = done
outcome-refused = refused
outcome-failed = failed, nothing was changed
outcome-unknown = not certain: look in the CAD
outcome-cancelled = taken back, nothing was sent
outcome-why = { $outcome } (“{ $what }”)

audit-deed = { $what } { $id }
audit-for = { $what } for { $member }
audit-for-account = { $what } for the CAD account { $id }
audit-own-as-staff = { $what } (staff, for their own account)
audit-bot = the bot
audit-line = { $when } { $who }: { $what }: { $outcome }. { $reference }

## /audit

audit-found = { $count ->
        [one] 1 entry, newest first.
       *[other] { $count } entries, newest first.
    }
audit-none = No entry matches.
    Only this server's own history is searched, and entries are erased after { $days } days. Looking something up leaves no entry.
audit-none-reference = No entry has the reference { $reference }.
    Only this server's own history is searched, and entries are erased after { $days } days. Looking something up leaves no entry, but a line in the bot's log: whoever runs the bot can search the log for this reference.
audit-blank = Nothing to look for: the option holds no text.
    Type a sync ID or a reference, or leave the option out to see everything. Nothing was changed.
audit-exported = { $count ->
        [one] 1 entry is in the attached file.
       *[other] { $count } entries are in the attached file.
    }
    Newest first, times in UTC. A cell that a spreadsheet could run as a formula begins with an apostrophe.
audit-exported-part = Cut: the file holds the newest { $count } of { $total } entries. Search for a member, sync ID or reference to get fewer.
button-older = Older
button-newer = Newer

## The audit channel

bulletin-headline = { $count ->
        [one] 1 new entry in the history.
       *[other] { $count } new entries in the history.
    }

## /access

access-yes = Yes, { $member } may use { $id }.
access-part = In part: { $member } may use { $id }, but not for everything.
access-no = No, { $member } may not use { $id }.
access-left = No, { $member } is not in this server.
    Whoever left can use nothing here. With no role at all it would be decided so:
access-unknown = There is no command { $id }.
    These are there: { $near }. Nothing was changed.
access-line-own = { $what }, for oneself: { $outcome }
access-line-others = { $what }, for other members: { $outcome }
access-line = { $what }: { $outcome }
access-rule-admin = **allowed**, as an admin
access-rule-staff = **allowed**, as staff
access-rule-player = **allowed**, as a player
access-rule-staff-as-player = **allowed**; for themselves, staff follow the players' rules
access-rule-approval = **allowed to ask**: it needs somebody's approval, or a proof
access-rule-approver = **allowed**, as an approver
access-rule-manager = **allowed**, because Discord lets this person manage the server
access-rule-everybody = **allowed**, as everybody
access-rule-other-guild = **refused**: it belongs to another server
access-rule-blocked = **refused**: a blocked role wins over every other role. Whoever gives roles here can take it off
access-rule-not-a-player = **refused**: it needs a player role. Whoever gives roles here can change that
access-rule-players-may-not = **refused**: players may not do this here. Whoever manages the server can change that with `/setup`
access-rule-self-link-off = **refused**: players do not link themselves here. Whoever manages the server can change that with `/setup`
access-rule-staff-only = **refused**: it is for staff. Whoever gives roles here can change that
access-rule-admins-only = **refused**: it is for admins. Whoever gives roles here can change that
access-rule-approvers-only = **refused**: it is for approvers. Whoever gives roles here can change that
access-rule-managers-only = **refused**: it needs Discord's permission Manage Server
access-missing = { $outcome }. Any one of these opens it: { $roles }
access-missing-none = { $outcome }. No such role is set up; whoever manages the server can choose one with `/setup`
access-held = Roles that count: { $roles }.
access-held-none = None of this member's roles counts here.
access-kind-blocked = blocked { $roles }
access-kind-admins = admin { $roles }
access-kind-staff = staff { $roles }
access-kind-approvers = approver { $roles }
access-kind-players = player { $roles }
access-everyone-plays = Everybody counts as a player here.
access-deleted = Set up here, but deleted in Discord, so that they open nothing: { $roles }. `/setup` replaces them.
access-roles-unread = Discord did not say which roles still exist, so deleted ones are not named.
access-approval-channel = Linking oneself: requests go to { $channel }.
access-approval-nowhere = Linking oneself needs approval, but no approval channel is set: whoever manages the server can choose one with `/setup`.
access-pattern = A sync ID like { $value } with one's own proven id needs no approval.
access-limit = At most { $limit } characters may be linked to oneself; that is counted when it is done.
access-account-known = The CAD account is known to the bot.
access-account-unknown = Which CAD account this member has is not known yet: `/account` shows the step that is missing.

## /mydata

mydata-shown = This is what is stored about you here.
    It covers this server and what its CAD community shares of you between its servers; in other servers, ask there. The attached file holds the rows themselves. Your characters and links are in the CAD and are not touched by this bot's data.
mydata-nothing = Nothing is stored about you here.
    That covers this server and what its CAD community shares of you between its servers; in other servers, ask there.
mydata-bindings = CAD account
mydata-bindings-value = { $count ->
        [0] Not stored which one is yours.
        [one] Stored which one is yours: 1 entry, until you forget or erase it.
       *[other] Stored which one is yours: { $count } entries, until you forget or erase them.
    }
mydata-remembered = Remembered of it
mydata-remembered-value = { $links ->
        [one] 1 link
       *[other] { $links } links
    } and { $names ->
        [one] 1 name
       *[other] { $names } names
    } of your CAD account, until you erase them.
mydata-owned = Owned in the game database
mydata-owned-value = { $count ->
        [0] No sync ID.
        [one] 1 sync ID, until a newer file names another owner, or until you erase it.
       *[other] { $count } sync IDs, until a newer file names other owners, or until you erase them.
    }
mydata-drafts = Unfinished forms
mydata-drafts-value = { $count }, each for at most 24 hours.
mydata-requests = Requests to staff
mydata-requests-value = { $count }, of which { $open } open; a decided one for { $days } days.
mydata-tickets = Buttons and forms
mydata-tickets-value = { $count }, each for at most 24 hours.
mydata-history = History
mydata-history-value = { $count ->
        [one] 1 entry
       *[other] { $count } entries
    } by you or about you, since { $when }; each for { $days } days.
mydata-history-none = No entry by you or about you.
mydata-history-cut = The file holds the newest { $count } of them.
button-erase = Erase my data
mydata-erase-confirm = Erase what is stored about you here?
    Which CAD account is yours, unfinished forms, buttons, requests (open ones are withdrawn), what is remembered of your account, and history entries of what you did for yourself. It can't be taken back. Your characters and links in the CAD stay as they are. What you did for others or as staff, what others did to you, and what is still under way stays in the history until it expires.
mydata-erase-confirm-yes = Yes, erase it
mydata-erased = Erased what was stored about you here.
    That covers this server and what its CAD community shares of you between its servers. Your characters and links in the CAD are as they were. Erased:
mydata-erased-bindings = which CAD account is yours: { $count }
mydata-erased-owned = which sync IDs the game database says are yours: { $count }
mydata-erased-drafts = unfinished forms: { $count }
mydata-erased-tickets = buttons and forms: { $count }
mydata-erased-requests = requests: { $count }
mydata-erased-withdrawn = of them open, and withdrawn: { $count }
mydata-erased-remembered = remembered links and names of your account: { $count }
mydata-erased-history = history entries of what you did for yourself: { $count }
mydata-stays = This stays until it expires, at the latest { $days } days after it happened:
mydata-stays-none = Nothing else stays but one entry that you erased your data.
mydata-stays-for-others = what you did for others or for the server: { $count }
mydata-stays-as-staff = what you did for yourself as staff: { $count }
mydata-stays-by-others = what others did to you: { $count }
mydata-stays-unsettled = what is still under way: { $count }
mydata-stays-denied = requests denied in the last 24 hours, which may not be repeated yet: { $count }
mydata-stays-deciding = requests that somebody is deciding right now: { $count }
mydata-stays-erasure = one entry that you erased your data
