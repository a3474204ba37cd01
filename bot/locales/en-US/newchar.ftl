# /newchar, drafts, records as files, and what the template's fields ask for.
# { $near } arrives as Discord's own marks.

## /newchar

newchar-title = New character
newchar-start = The form is ready.
    Press Start to fill it in.
button-start = Start
button-continue = Continue: { $section }
button-continue-fix = { $count ->
        [one] Continue: correct 1 field
       *[other] Continue: correct { $count } fields
    }
button-create = Create
button-cancel = Cancel
button-edit-page = Edit page { $page }
section-unnamed = Further details
fields-more = { $count ->
        [one] … and 1 more part that does not fit here.
       *[other] … and { $count } more parts that do not fit here.
    }
problems-more = … and { $count } more.
option-blank = (blank)
draft-wrong = { $count ->
        [one] 1 field needs another look.
       *[other] { $count } fields need another look.
    }
    Nothing was sent yet, and everything you typed is kept.
draft-missing = { $count ->
        [one] 1 required field is still missing.
       *[other] { $count } required fields are still missing.
    }
    Nothing was sent yet. Still to fill in:
draft-ready = Ready to create.
    This is what will be sent to the CAD. Continue with more details if you like, edit a page, or create the character now.
draft-unsure = It may be there already.
    This was sent, but the CAD's answer was lost. Look in the CAD before you create it again.
draft-template-changed = The community changed its form in the meantime, so please look once more.
draft-cancelled = Cancelled.
    The form was thrown away. Nothing was created.
draft-cancelled-unsure = The form was thrown away.
    It may have made its character all the same: the CAD's answer was lost. Look in the CAD.
draft-offered = You have an unfinished character.
    Continue with it, or start over: then what you typed is thrown away.
draft-gone = This form is no longer kept.
    Forms are kept for 24 hours. Nothing was changed: type the command again.
button-start-over = Start over
button-go-on = Continue
draft-was-cancelled = Not created: this form was thrown away.
    Type `/newchar` for a new one. Nothing was created by this press.
draft-was-staff = Refused: this form was opened as staff.
    It may hold fields that are only for staff, and you no longer have that role. Type `/newchar` again. Nothing was created.
draft-not-ready = Not created: something is still missing or wrong.
    Go back to the form and put it right. Nothing was created.
problem-line = **{ $field }**: { $why }
problem-near = Did you mean { $near }?
create-under-way = It is being created already.
    One press is enough: the answer to it is on its way. It is created only once.
create-done = It was created already.
    This form made its character; it was not created again. Type `/newchar` for another one.
create-made = Created { $name }.
    The character is in the CAD now.
create-made-nameless = Created the character.
    It has no name yet. It is in the CAD now.
create-made-read-back = Created { $name }.
    The CAD's answer got lost on the way, so the bot read the characters back: it is there, once.
create-record-id = Its record id is { $id }.
create-deleted-after = { $minutes ->
        [one] The CAD deletes it again after 1 minute.
       *[other] The CAD deletes it again after { $minutes } minutes.
    }
create-shown-as-sent = The CAD did not say how it stored it, so this is what was sent.
create-not-applied = Not created: the CAD did not take it.
    { $cause ->
        [server] The CAD answered with an error of its own.
        [timeout] The CAD did not answer in time.
        [transport] The connection to the CAD broke.
        [none] The CAD said that it was done.
       *[other] The CAD answered something unreadable.
    } So the bot read the list: there is no such character. Nothing was created, and what you typed is kept; try again in a moment.
create-again = It may be there already.
    The CAD's answer got lost, and it could not be found out whether the character was created. Look in the CAD first. If it is not there, create it again.
create-again-yes = Yes, create it again
delete-after-unsupported = Not created: `delete_after` is not available here.
    The CAD's older form (SONORAN_NEW_CHARACTER_FORM=character) knows no such option. Leave it out, or let whoever runs the bot choose `dictionary` or API version v2.
delete-after-range = Not created: `delete_after` must be at least 1 minute.
    Give the minutes as a whole number, or leave the option out. Nothing was created.
db-sync-on = Not created: this community uses Database Sync.
    Its characters come from the game database: create the character in the game, then link it with `/linkchar`. A character made here would not be shown in the CAD.
db-sync-on-admin = This community uses Database Sync.
    Its characters come from the game database. A character made here is likely not shown in the CAD, unless the community's "include API records" option is on.
db-sync-on-admin-yes = Yes, create anyway

## Records as files

attachment-foreign = Refused: that file is not on Discord.
    A record must be attached to the command itself. Nothing was created.
attachment-unreadable = The attached file could not be read.
    Discord did not deliver it, or it is empty. Attach it again. Nothing was created.
record-large = The attached file is too large.
    A record has at most { $max } KiB. Nothing was created.
record-json = The attached file is not a JSON record.
    It must be one JSON object in UTF-8, as the CAD exports it. Nothing was created.
record-deep = The attached file is nested too deeply.
    A record is nested at most { $max } levels deep. Nothing was created.
record-sections = The attached file is not a record.
    A record has a list `sections`, each with a list `fields`. Nothing was created.
record-type = The attached record is not a character.
    Its `type`, and its `recordTypeId` if it has one, must be { $type }. Nothing was created.
record-own = Not created: the record holds { $count ->
        [one] 1 value
       *[other] { $count } values
    } that only staff may fill in.
    For your own account you follow the same rules as players. Nothing was created. Leave out:
record-problems = Not created: { $count ->
        [one] 1 value does not fit the community's template.
       *[other] { $count } values do not fit the community's template.
    }
    Nothing was created. To put right:
record-unknown-fields = The community's template has no such fields, so the CAD ignores them: { $near }.

## Templates: what a value must look like

hint-mask = Format { $mask }: # is a digit, S a letter, X either
hint-date = A date, written { $mask }
hint-time = A time, written { $mask }
hint-time-any = A time, such as 22:00 or 10:00 PM
hint-image = An https address of a picture (no Discord attachments, they expire)
hint-options = Type one of the { $count } options; close spellings are offered
hint-options-many = One per line, out of { $count } options
problem-required = This needs an answer.
problem-long = This is too long: at most { $max } characters.
problem-mask = This must fill the format { $mask }: # is a digit, S a letter, X either.
problem-date = This is not a date of the calendar. Write it { $mask }.
problem-time = This is not a time of day. Write it { $mask }.
problem-time-any = This is not a time of day. Write it like 22:00 or 10:00 PM.
problem-option = “{ $value }” is not one of the options.
problem-staff-only = Only staff may fill this in.
problem-option-gone = The options have changed. Please choose again.
problem-image-https = The address must start with https://.
problem-image-address = The address needs a public site name, without password, port or bare address.
problem-image-discord = Discord attachment links expire. Use a picture from an image site.
