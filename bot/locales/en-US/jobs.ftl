# /bulk: what was checked, the jobs that run, and what became of them.

## The dry run

bulk-checked = { $ready ->
        [0] Checked: none of the { $total } rows can be carried out.
        [one] Checked: 1 of { $total } rows can be carried out.
       *[other] Checked: { $ready } of { $total } rows can be carried out.
    }
    Nothing was sent and nothing was changed. The CAD was not asked: this comes from the file and from what the bot saw before.
bulk-cost = That is at most { $calls ->
        [one] 1 call
       *[other] { $calls } calls
    } to the CAD and takes { $time } at the allowed rate. People's own commands go first.
bulk-cost-none = The CAD is not called for it.
bulk-problems = What is wrong
bulk-problem-line = Line { $line }: { $outcome }
bulk-problems-more = { $count ->
        [one] 1 more is in the attached file.
       *[other] { $count } more are in the attached file.
    }
bulk-in-file = The attached file has the verdict on every row.
bulk-yes = Yes, start
bulk-yes-held = Check again with rows that are other accounts'
bulk-time-short = less than a minute
bulk-time-minutes = about { $minutes } min
bulk-time-hours = about { $hours } h { $minutes } min

## Starting, pausing, taking back

job-started = Started: { $count ->
        [one] 1 row.
       *[other] { $count } rows.
    }
    The message in this channel shows how far it is, and has buttons to pause or cancel it. It goes on after you close Discord, and after a restart of the bot.
job-started-unseen = Started: { $count ->
        [one] 1 row.
       *[other] { $count } rows.
    }
    The bot may not write in this channel: `/bulk status` shows how far it is. You are told by direct message when it is over.
job-check-expired = Not started: that check is too old, or was replaced by a newer one.
    A check is good for an hour. Use `/bulk` again with the file. Nothing was changed.
job-started-already = Started already.
    The job is { $reference }; `/bulk status` shows how far it is. Nothing was started twice.
job-other-community = Not done: this server is connected to another CAD community now.
    The job belongs to the earlier one. Nothing was changed.
job-unknown = This job is not known any more.
    Jobs are kept for 30 days after their end. `/bulk status` lists the newest. Nothing was changed.
job-is-not-so = Nothing to do: the job is { $state ->
        [queued] waiting for its turn
        [running] running
        [paused] paused
        [cancelling] being cancelled
        [stopping] stopping
        [cancelled] cancelled
        [stopped] stopped
       *[other] over
    } by now.
    Look at `/bulk status`; its reference is { $reference }. Nothing was changed.
job-not-over = Not yet: the job is not over.
    Wait for its end, or cancel it; its reference is { $reference }. Nothing was changed.
job-nothing-to-retry = Nothing to try again.
    Every row was carried out, or must not be sent twice. Nothing was changed.
job-retried-already = Tried again already.
    The job that does it is { $reference }. What fails there can be tried again from its own message. Nothing was started twice.
job-undone-already = Taken back already.
    The job that does it is { $reference }. Nothing was started twice.
undo-not-this = This job can't be taken back.
    A list of owners is changed by uploading another one, and taking back can't itself be taken back. Nothing was changed.
undo-no-records = Not taken back: the CAD did not say which characters this job created.
    Their names are in **Result**. Remove them one by one with `/chars remove`. Nothing was changed.
undo-nothing = Nothing to take back.
    The job changed nothing, or it is not certain what was there before. Nothing was changed.
undo-planned = Take this job back?
    Nothing was changed yet. Each row goes back to what was there before, the last one first. What somebody has changed since stays as it is.
undo-unlinks = { $count ->
        [one] 1 link is removed.
       *[other] { $count } links are removed.
    }
undo-links = { $count ->
        [one] 1 link is set again.
       *[other] { $count } links are set again.
    }
undo-removals = { $count ->
        [one] 1 new character is deleted from the CAD, for ever.
       *[other] { $count } new characters are deleted from the CAD, for ever.
    }
undo-skipped = { $count ->
        [one] 1 row stays as it is: { $outcome }
       *[other] { $count } rows stay as they are: { $outcome }
    }
undo-yes = Yes, take it back
job-cancelling-told = Being cancelled: nothing more is sent.
    What is under way is still finished. What was done stays; the job's message then has a button to take it back.

## The progress message

job-what = { $what ->
        [undo] Taking back a bulk job
        [link] Linking from a file
        [new] New characters from a file
       *[other] Owners from a file
    }
job-part = { $done } of { $total } ({ $percent } %)
job-running = { $what }: { $part }.
    It goes on by itself, also after a restart.
job-running-left = { $what }: { $part }, { $time } left.
    It goes on by itself, also after a restart.
job-waiting = { $what }: { $part }, waiting.
    The CAD can't take the next row right now. It goes on by itself as soon as the CAD can.
job-queued = { $what }: waiting for its turn.
    A server's jobs run one after the other, and { $reference } is before it.
job-queued-next = { $what }: starting.
    It goes on by itself, also after a restart.
job-paused = { $what }: paused at { $part }.
    Somebody paused it. **Resume** goes on where it stopped.
job-paused-canary = { $what }: paused at { $part }, because nothing worked so far.
    The first rows all failed, not all for the same reason: **Result** says why. **Resume** goes on with the next row.
job-paused-alike = { $what }: paused at { $part }, because { $count } rows in a row failed alike.
    The likely cause: “{ $outcome }” Put it right, then **Resume** goes on with the next row.
job-cancelling = { $what }: being cancelled at { $part }.
    What is under way is still finished; nothing more is sent.
job-done = { $what }: done, { $part }.
    {""}**Result** has the outcome of every row.
job-cancelled = { $what }: cancelled at { $part }.
    What was done stays. **Result** has the outcome of every row.
job-stopped = { $what }: stopped at { $part }.
    { $outcome } What was done stays; nothing more is sent.
job-stopped-role = Whoever started it may not run bulk jobs here any more.
job-stopped-left = Whoever started it has left this server.
job-stopped-community = This server is not connected to that CAD community any more.
job-stopped-discord = Discord does not let the bot see this server any more.
job-canary = None of the first rows worked.
job-counts = { $done ->
        [one] 1 done
       *[other] { $done } done
    }, { $failed } failed, { $unknown } not certain, { $cancelled } not carried out, { $left } to go
button-pause = Pause
button-resume = Resume
button-cancel-job = Cancel
button-result = Result
button-retry-failures = Retry the failures
button-run-rest = Run what is left
button-undo-job = Undo this job
job-over-told = A bulk job of yours is over.

## Rows

row-done = done
row-refused = refused
row-failed = failed
row-unknown = not certain
row-cancelled = not carried out
row-skipped = left out
row-waiting = waiting
job-row-left-out = Left out by the check.
job-row-already = It was so already.
job-row-halfway = Cancelled in between: the new sync ID is linked, the old one was not removed.
job-row-not-verified = The CAD does not show the new link, so the old one was left as it is.
job-row-template-changed = The community's form was changed since the file was checked, and this row does not fit it any more.
job-row-held = Not linked: the sync ID is known to be another account's.
    Check the file again and say yes to such rows. Nothing was changed.
job-row-perhaps-created = It may have been created already, so it is not tried again: look in the CAD.
undo-outcome-unknown = It is not certain what became of it. Look in the CAD.
undo-before-unknown = It is not known what was there before.
undo-no-record = The CAD did not say which character it created.
job-result = { $count ->
        [one] 1 row is in the attached file.
       *[other] { $count } rows are in the attached file.
    }
    You can correct it and use it with `/bulk` again: rows with the result “done” are left out. Look in the CAD first for those that are “not certain”. A cell that a spreadsheet could run as a formula begins with an apostrophe.
job-result-part = { $count ->
        [one] 1 row is in the attached file, as it stands now.
       *[other] { $count } rows are in the attached file, as they stand now.
    }
    The job is not over yet.

## /bulk status and /bulk cancel

bulk-status-none = Nothing is under way.
    No bulk job ran in the last 30 days, and nothing waits for the CAD.
bulk-status = { $count ->
        [0] Nothing is under way.
        [one] 1 thing is under way.
       *[other] { $count } things are under way.
    }
    `/bulk cancel` takes a reference.
bulk-status-jobs = **Bulk jobs**
bulk-status-unseen = The buttons are for the job { $reference }, which no channel shows.
bulk-status-kept = **Single actions that the CAD could not take yet**
bulk-status-line = { $reference } { $when }: { $what }
bulk-status-kept-line = { $reference } { $when }: { $what }: { $outcome }
bulk-choice-job = { $reference }: bulk job, { $state ->
        [queued] waiting for its turn
        [paused] paused
       *[other] running
    }
bulk-choice-kept = { $reference }: { $what }, waiting for the CAD
bulk-choice-none = Nothing that can be cancelled: type a reference
