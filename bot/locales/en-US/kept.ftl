# What did not finish at once: kept, told later, or taken back.

kept-unsent = Kept: the CAD can't take this right now.
    { $wait ->
        [0] Nothing was changed yet.
       *[other] Nothing was changed yet. The CAD asked to be left alone for { $wait } seconds.
    } It is carried out as soon as the CAD can be reached, for up to 24 hours, and you are told here what became of it. You need not do anything.
kept-unknown = Kept: the CAD did not say whether this was done.
    The bot looks in the CAD and finishes what is missing, so nothing is done twice. You are told here what became of it; please don't ask again meanwhile.
kept-after-restart = Kept: the bot was restarted in the middle of this.
    It now looks in the CAD whether it was done and finishes what is missing. You are told here what became of it.
cut-short = Not done: the bot was restarted in the middle of this.
    Nothing of it was sent to the CAD. Please do it again.
button-take-back = Take it back
taken-back = Taken back: nothing was sent to the CAD.
kept-not-yours = This is not yours to take back.
    Only who asked for it can do that, or an admin with `/bulk cancel`. Nothing was changed.
kept-too-late = Too late to take it back: it may have reached the CAD.
    You are told here what became of it.
kept-settled = This is settled already.
    There is nothing left to take back.
kept-unknown-reference = Nothing under the reference `{ $reference }` is waiting here.
    Look it up with `/audit`. Nothing was changed.
kept-disconnected = The server is not connected to that CAD community any more.
kept-too-long = The CAD could not be reached for 24 hours.
kept-unsure = The CAD's lists do not show whether it was done.
kept-not-applied = It was cut short, and the CAD does not show it as done.

late-done = Done: { $what }.
    You asked for this { $when }. It could not be finished at once, so it was kept and finished as soon as possible.
late-failed = Not done: { $what }.
    You asked for this { $when }. { $why } Nothing was changed.
late-unknown = Not certain: { $what }.
    You asked for this { $when }. { $why } Look in the CAD before you ask again; staff can find this under the reference below.
late-cancelled = Taken back: { $what }.
    You asked for this { $when }. Nothing was sent to the CAD.
late-why = The reason: “{ $what }”
late-hint = Something that you asked for is settled.
    Press the button: only you see what became of it.
button-read-outcome = Read it
late-gone = There is nothing to read here any more.
    It is not settled yet, or its entry is gone. Nothing was changed; staff can look it up with `/audit`.
late-not-yours = This message is for somebody else.
    Only who asked for it can read what became of it. Nothing was changed.
