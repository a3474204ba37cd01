# /chars: an account's characters. { $near } arrives as ready text.

roster-some = { $count ->
        [one] 1 character.
       *[other] { $count } characters.
    }
    These are the characters of { $near }:
roster-none = No characters yet.
    The CAD lists none for { $near }. `/newchar` makes one.
roster-selected = (selected)
roster-born = { $near }
roster-record-id = record id { $id }
roster-sync-id = sync ID { $sync_id }
roster-page = Page { $page } of { $count }.
roster-links = Linked sync IDs:
roster-no-links = No sync ID is linked.
roster-choose = Choose a character to see, select, edit or remove it
character-nameless = (no name)
character-one = { $name }
    Its id in the CAD is { $id }.
born = born { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    } { $year }
button-select = Select
button-edit = Edit
button-remove = Remove
button-all-characters = All characters
button-page-previous = Previous page
button-page-next = Next page
choice-character-hint = Type a name, a record id or a sync ID; /chars list shows yours

character-hint = That was only a hint, not a character.
    Type a record id or a sync ID in its place; `/chars list` shows them. Nothing was sent to the CAD.
character-unknown = No such character: { $id }.
    The CAD lists no character with this record id or sync ID for that account. `/chars list` shows what there is. Nothing was changed.
character-ambiguous = { $id } is two characters.
    It is the record id of one and the sync ID of another. Use `/chars list` and choose the right one there. Nothing was changed.

select-done = Selected { $name }.
    The CAD now shows { $near } as this character.
select-already = { $name } is selected.
    The CAD listed this character as the selected one of { $near } already.
select-undone = Undone: { $name } is selected again.
    The CAD shows { $near } as this character, as before.
select-undo-changed = Not undone: another character has been selected since.
    Taking it back would undo that. { $name } was not selected; nothing was changed.
select-not-applied = Not selected: the CAD did not take it.
    { $cause ->
        [server] The CAD answered with an error of its own.
        [timeout] The CAD did not answer in time.
        [transport] The connection to the CAD broke.
        [none] The CAD said that it was done.
       *[other] The CAD answered something unreadable.
    } So the bot read the list: { $name } is not the selected character. Nothing was changed; try again in a moment.

remove-own = Remove { $name }?
    This deletes your character with the record id { $id } from the CAD, with everything written on it. It cannot be undone.
remove-own-yes = Remove
remove-member = Remove { $name }?
    This deletes the character of { $member } with the record id { $id } from the CAD, with everything written on it. It cannot be undone.
remove-member-yes = Remove
remove-named = Remove { $name }?
    This deletes the character with the record id { $id } of the CAD account with the API ID { $value }, with everything written on it. It cannot be undone.
remove-named-yes = Remove
remove-done = Removed { $name }.
    The character with the record id { $id } of { $near } is not in the CAD any more.
remove-already = It was gone already.
    The CAD lists no character with the record id { $id } for { $near } any more. Nothing had to change.
remove-from-game = Not removed: { $name } comes from the game.
    Database Sync fills this character from the game's database, so the CAD does not delete it. Delete it in the game, or unlink it with `/linkchar action:remove`. Nothing was changed.
remove-no-id = Not removed: the CAD names no record id for { $name }.
    Without one it can't be said to the CAD which character is meant. Nothing was changed.
remove-not-applied = Not removed: the CAD did not take it.
    { $cause ->
        [server] The CAD answered with an error of its own.
        [transport] The connection to the CAD broke.
       *[other] The CAD answered something unreadable.
    } So the bot read the list: { $name } with the record id { $id } is still there. Nothing was changed; try again in a moment.

edit-title = Edit character
edit-offered = You have unfinished changes.
    Continue with them, or start over: then what you typed is thrown away.
edit-no-changes = Nothing is changed yet.
    This is the form of { $name }. Continue to a section and change what should be different, then save.
edit-ready = Ready to save.
    These changes to { $name } will be sent to the CAD, old value first. Continue with more, edit a page, or save now.
edit-unsure = It may be changed already.
    These changes were sent, but the CAD's answer was lost. Saving again reads the character first and sends only what is still missing.
button-save = Save
edit-cancelled = Cancelled.
    The changes were thrown away. Nothing was changed in the CAD.
edit-cancelled-unsure = The changes were thrown away.
    They may have been saved all the same: the CAD's answer was lost. Look in the CAD.
edit-was-cancelled = Not saved: these changes were thrown away.
    Type `/chars edit` to begin again. Nothing was changed by this press.
edit-was-staff = Refused: this form was opened as staff.
    It may hold fields that are only for staff, and you no longer have that role. Type `/chars edit` again. Nothing was changed.
edit-not-ready = Not saved: something is still missing or wrong.
    Go back to the form and put it right. Nothing was changed.
edit-nothing = Nothing to save: no field is different.
    Go back to the form and change something first. Nothing was sent to the CAD.
edit-under-way = It is being saved already.
    One press is enough: the answer to it is on its way.
edit-done-before = It was saved already.
    These changes are in the CAD. Type `/chars edit` for more.
edit-done = Saved { $name }.
    { $count ->
        [one] 1 field
       *[other] { $count } fields
    } of the character with the record id { $id } of { $near } changed, old value first:
edit-already = Nothing had to change: { $name }.
    The character with the record id { $id } of { $near } holds all of this already.
edit-overwrite = Somebody changed this character meanwhile.
    Since you opened the form, these fields were changed in the CAD: { $fields }. If you go on, your values replace them.
edit-overwrite-yes = Save my values
edit-from-game = Not edited: { $name } comes from the game.
    Database Sync fills this character from the game's database, and the CAD does not let such characters be edited. Change it in the game. Nothing was changed.
edit-no-id = Not edited: the CAD names no record id for { $name }.
    Without one it can't be said to the CAD which character is meant. Nothing was changed.
edit-not-applied = Not saved: the CAD did not take it.
    { $cause ->
        [server] The CAD answered with an error of its own.
        [transport] The connection to the CAD broke.
       *[other] The CAD answered something unreadable.
    } So the bot read { $name }: it is as it was. Nothing was changed, and what you typed is kept; try again in a moment.
