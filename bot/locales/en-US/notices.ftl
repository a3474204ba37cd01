# What the bot says by itself in the audit channel when the CAD stops serving it, and when that is over.

notice-outage = The CAD has not answered since { $when }.
    What is asked for is kept for up to 24 hours, and done when the CAD answers again. You need not do anything. status.sonoransoftware.com tells whether it is known.
notice-refused = Calls to the CAD have been paused since { $when }: { $cause ->
        [auth] it refuses this server's API key.
        [config] it refuses this server's community id.
        [plan] the community's plan does not include the API, or it is switched off.
       *[format] it refuses how the bot asks.
    }
    { $cause ->
        [plan] The community's owner can change the plan, or switch the API on, in the CAD.
        [format] Whoever runs the bot should look into its log, and for a newer version of it.
       *[other] { $place ->
            [environment] Whoever runs the bot must correct SONORAN_API_KEY or SONORAN_COMMUNITY_ID and start it again.
           *[setup] Somebody with Manage Server must enter the key again with `/setup`.
        }
    } The bot tries once an hour whether it works again, and at every `/doctor`. What is kept waits for that, for up to 24 hours.
notice-over = { $outage ->
        [yes] The CAD answers again.
       *[no] The CAD serves this server again.
    }{ $count ->
        [0] {""}
        [one] {" "}1 change that was kept is made now.
       *[other] {" "}{ $count } changes that were kept are made now.
    }

finding-paused = CAD: calls have been paused since { $when } ({ $cause })
remedy-paused = { $cause ->
        [outage] wait: what is asked for is kept for up to 24 hours, and done when the CAD answers again
        [plan] the community's owner can change the plan, or switch the API on, in the CAD
        [format] whoever runs the bot looks into its log, and for a newer version of it
       *[other] { $place ->
            [environment] correct SONORAN_API_KEY or SONORAN_COMMUNITY_ID, and start the bot again
           *[setup] enter the key again in /setup; where the bot was given its key from outside, whoever runs it does
        }
    }
finding-unposted = { $setting }: Discord did not take the last message there
remedy-unposted = see that the channel is there and the bot may write in it; nothing is lost, it is tried again
