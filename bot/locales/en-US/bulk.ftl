# /bulk: files of rows, checked and carried out.

## What is wrong with a file, and what would become of its rows

bulk-file-large = Not read: the file is too large.
    A bulk file has { $max } KiB at most. Split it into several files. Nothing was changed.
bulk-file-wrong = { $count ->
        [one] Not carried out: the file has a problem.
       *[other] Not carried out: the file has { $count } problems.
    }
    Correct it and attach the file again. Nothing was sent and nothing was changed.
bulk-file-workbook = It is a spreadsheet program's own file, not CSV. Save it as “CSV UTF-8”.
bulk-file-utf16 = Its text is UTF-16 (“Unicode text”). Save it as “CSV UTF-8”.
bulk-file-encoding = Its text is not UTF-8 (line { $line }). Save it as “CSV UTF-8”.
bulk-file-quotes = A quote is missing, or one too many, in the row that begins in line { $line }. A quote inside a cell is written twice.
bulk-file-empty = It has no rows: its first line names the columns, and the rows stand below.
bulk-file-rows = It has more than { $max } rows. Split it into several files.
bulk-file-wide = It has { $count } columns, and { $max } at most are read.
bulk-file-column-unknown = The bot knows no such column.
bulk-file-column-twice = This column is there twice.
bulk-file-column-missing = This column is missing.
bulk-file-column-ambiguous = Several fields are called that. Name the column by one of their ids: { $uids }.
bulk-file-whose = It does not say whose account a row is about: it needs a column `member`, `api_id` or `username`.
bulk-file-fields = It has no column for any field of the form, such as the first name.
bulk-row-ragged = It has { $cells } cells, where the first line names { $columns }.
bulk-row-long = It has more than { $max } characters.
bulk-row-blank = It is blank.
bulk-row-name = It must have 1 to { $max } characters and no line breaks.
bulk-row-action = “{ $value }” is neither `add` nor `remove`.
bulk-row-whose-none = It does not say whose account: write a member, an API ID or a user name.
bulk-row-whose-many = It says whose account in several ways: leave all but one of these cells blank.
bulk-row-member = “{ $value }” is no member: write a mention or a Discord id of 17 to 20 digits.
bulk-row-member-rounded = “{ $value }” is a Discord id that a spreadsheet rounded. Write it as a mention, `<@id>`, or format the column as text.
bulk-row-member-unknown = No CAD account is known for this member: bind one with `/account set`.
bulk-row-old-removed = An old sync ID only goes with adding a new one: leave it blank.
bulk-row-old-same = The old and the new sync ID are the same.
bulk-row-field-hidden = The form does not ask for it with these answers: leave it blank.
bulk-row-unique = Another row has the same value, but it has to be unique.
bulk-row-twice = The same as line { $line }: left out.
bulk-row-contradiction = It contradicts line { $line }: one adds what the other removes.
bulk-row-two-accounts = Line { $line } gives the same sync ID to another account.
bulk-row-two-owners = Line { $line } gives the same sync ID another owner.
bulk-row-held = It is known to be another account's.
bulk-row-linked = It is linked already, as far as the bot knows.
bulk-row-not-linked = It is not linked any more, as far as the bot knows.
bulk-row-owner-known = This owner is stored already.
bulk-check-ready = { $count ->
        [one] 1 row is ready.
       *[other] { $count } rows are ready.
    }
bulk-check-already = { $count ->
        [one] 1 row is as you want it already, as far as the bot knows. It is carried out all the same.
       *[other] { $count } rows are as you want them already, as far as the bot knows. They are carried out all the same.
    }
bulk-check-held = { $count ->
        [one] 1 row is left out: its sync ID is known to be another account's.
       *[other] { $count } rows are left out: their sync IDs are known to be other accounts'.
    }
bulk-check-twice = { $count ->
        [one] 1 row says the same as an earlier one and is left out.
       *[other] { $count } rows say the same as earlier ones and are left out.
    }
bulk-check-done = { $count ->
        [one] 1 row was carried out before, as its `result` says, and is left out.
       *[other] { $count } rows were carried out before, as their `result` says, and are left out.
    }
bulk-check-wrong = { $count ->
        [one] 1 row has a mistake and is left out.
       *[other] { $count } rows have mistakes and are left out.
    }
