# What did not finish at once: kept, told later, or taken back.

kept-unsent = Kept: the CAD can't take this right now.
    { $wait ->
        [0] Nothing was changed yet.
        [one] Nothing was changed yet. There were too many calls: the next is possible in 1 second.
       *[other] Nothing was changed yet. There were too many calls: the next is possible in { $wait } seconds.
    } The bot tries it again by itself, for up to 24 hours, and tells you what became of it. You need not do anything.
kept-unknown = Kept: the CAD did not say whether this was done.
    The bot looks in the CAD, finishes what is missing, and tells you what became of it. Nothing is done twice; please don't ask again meanwhile.
kept-after-restart = Kept: the bot was restarted in the middle of this.
    It now looks in the CAD, finishes what is missing, and tells you what became of it. Nothing is done twice; please don't ask again meanwhile.
cut-short = Not done: the bot was restarted in the middle of this.
    Nothing was sent to the CAD. Please do it again.
button-take-back = Take it back
taken-back = Taken back: nothing was sent to the CAD.
kept-not-yours = This is not yours to take back.
    Only the person who asked for it can take it back, or an admin with `/bulk cancel`. Nothing was changed.
kept-too-late = Too late to take it back: it may have reached the CAD.
    The bot finds that out and tells you what became of it.
kept-settled = This is settled already.
    There is nothing left to take back. Staff can look up with `/audit` what became of it.
kept-unknown-reference = Nothing under the reference `{ $reference }` is waiting here.
    Look it up with `/audit`. Nothing was changed.
kept-disconnected = This server is not connected to that CAD community any more.
kept-too-long = The CAD could not be used for 24 hours.
kept-unsure = The CAD's lists do not show whether it was done.
kept-left = Whoever asked for it is not in this server any more.
    Nothing was changed.
kept-shut-out = The bot can't see the members of this server any more.
    Nothing was changed.
kept-account-changed = This member has another CAD account by now.
    Nothing was changed.
kept-withdrawn = An admin of this server took it back.
kept-not-applied = It was cut short, and the CAD does not show it as done.

late-done = Done: { $what }.
    You asked for this { $when }. It could not be finished at once, so it was kept and finished as soon as possible.
late-failed = Not done: { $what }.
    You asked for this { $when }. { $why } Nothing was changed.
late-unknown = Not certain: { $what }.
    You asked for this { $when }. { $why } Look in the CAD before you ask again; staff can find this under the reference below.
late-cancelled = Taken back: { $what }.
    You asked for this { $when }. { $why } Nothing was sent to the CAD.
late-why = The reason: “{ $what }”
late-hint = Something that you asked for is settled.
    Press the button to read what became of it; only you can.
button-read-outcome = Read it
late-gone = There is nothing to read here any more.
    Its entry in the history is gone, or it is not settled yet. Staff can look it up with `/audit`.
late-not-yours = This message is for somebody else.
    Only the person who asked for it can read what became of it.
