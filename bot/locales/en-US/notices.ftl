# What the bot says by itself in the audit channel when the CAD stops serving it, and when that is over.

notice-outage = The CAD does not answer since { $when }.
    What was asked is kept and done when it answers again, for up to 24 hours; nothing to do. status.sonoransoftware.com tells whether it is known.
notice-refused = Calls to the CAD are paused since { $when }: { $cause ->
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
           *[setup] Somebody with Manage Server must enter the key again with /setup.
        }
    } The bot tries once an hour whether it works again, and at every /doctor; what was kept waits for that, for up to 24 hours.
notice-over = { $outage ->
        [yes] The CAD answers again.
       *[no] The CAD serves this server again.
    }{ $count ->
        [0] {""}
        [one] {" "}1 kept operation follows.
       *[other] {" "}{ $count } kept operations follow.
    }

finding-paused = CAD: calls are paused since { $when } ({ $cause })
remedy-paused = { $cause ->
        [outage] wait: what was asked is kept for 24 hours, and done when the CAD answers again
        [plan] the community's owner can change the plan, or switch the API on, in the CAD
        [format] whoever runs the bot looks into its log, and for a newer version of it
       *[other] { $place ->
            [environment] correct SONORAN_API_KEY or SONORAN_COMMUNITY_ID, and start the bot again
           *[setup] enter the key again in /setup; where the bot was given its key from outside, whoever runs it does
        }
    }
finding-unposted = { $setting }: the last message there was not taken by Discord
remedy-unposted = see that the channel is there and the bot may write in it; nothing is lost, it is tried again
