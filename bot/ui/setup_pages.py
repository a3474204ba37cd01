"""The pages of `/setup`: what is set, what it means, where to go on, and in words how the step stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import discord

from bot.domain.access import Rule
from bot.domain.frameworks import SHAPES, Framework
from bot.services.setting_up import SettingUp, Standing, Step, standing_of, suggested_pattern
from bot.settings import ApiVersion, DbSync, PlayerAction, SelfLink
from bot.ui.frameworks import named
from bot.ui.reply import Button, Reply, Select, SelectKind, Tone

if TYPE_CHECKING:
    from bot.domain.access import Decision
    from bot.errors import CharlinkError
    from bot.services.connecting import Proof
    from bot.services.setting_up import Trial
    from bot.services.tenants import Guild
    from bot.services.turn import Turn
    from bot.ui.words import Words

MANY = 25
"""The most values that a menu takes."""

CONTROLS, NAVIGATION = 3, 4
"""The rows of a page's own buttons, and of those that lead on."""

_TONES = {Standing.DONE: Tone.DONE, Standing.MISSING: Tone.ASK, Standing.SKIPPED: Tone.INFO}


@dataclass(frozen=True, slots=True)
class Wizard:
    """What every page is made of. `base` is the custom id up to the argument; `said` is the outcome to say first."""

    words: Words
    turn: Turn
    guild: Guild
    base: str
    said: str = ""

    def button(self, key: str, arg: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary) -> Button:
        """Return a button of the page itself."""
        return Button(self.words.plain(key, 80), self.base + arg, style, row=CONTROLS)

    def page(
        self, step: Step, text: str, *, selects: tuple[Select, ...] = (), buttons: tuple[Button, ...] = ()
    ) -> Reply:
        """Return a step's page: what was just done, or the step's name; how it stands; its controls; the ways on."""
        words = self.words
        standing = SettingUp.overview(self.guild)[step]
        number = list(Step).index(step) + 1
        title = words("setup-title", number=number, count=len(Step), name=words.plain(f"step-{step}", 80))
        head = f"{self.said}\n**{title}**" if self.said else title
        stands = words(f"standing-{standing}")
        leads = [
            Button(words.plain("button-overview", 80), self.base + "overview", row=NAVIGATION),
            Button(words.plain("button-skip", 80), f"{self.base}skip-{step}", row=NAVIGATION),
            Button(
                words.plain("button-next" if step.following else "button-finish", 80),
                f"{self.base}next-{step}",
                discord.ButtonStyle.primary,
                row=NAVIGATION,
            ),
        ]
        if standing is Standing.DONE:
            del leads[1]
        return Reply.of(f"{head}\n{stands}\n\n{text}", _TONES[standing], selects=selects, buttons=(*buttons, *leads))


def overview_page(w: Wizard) -> Reply:
    """List every step with how it stands, and lead to each."""
    words = w.words
    stands = SettingUp.overview(w.guild)
    done = sum(one is Standing.DONE for one in stands.values())
    lines = [
        f"{number}. **{words.plain(f'step-{step}', 80)}**: {words(f'standing-{standing}')}"
        for number, (step, standing) in enumerate(stands.items(), 1)
    ]
    text = words("setup-overview-done" if done == len(stands) else "setup-overview", count=done, total=len(stands))
    head = f"{w.said}\n{text}" if w.said else text
    upcoming = next((step for step, standing in stands.items() if standing is Standing.MISSING), None)
    buttons = [
        Button(words.plain(f"step-{step}", 80), f"{w.base}open-{step}", row=place // 4)
        for place, step in enumerate(stands)
    ]
    if upcoming is not None:
        label = words.plain("button-setup-continue", 80, name=words.plain(f"step-{upcoming}", 60))
        buttons.append(Button(label, f"{w.base}go-{upcoming}", discord.ButtonStyle.primary, row=2))
    tone = Tone.DONE if done == len(stands) else Tone.INFO
    return Reply.of(head + "\n\n" + "\n".join(lines), tone).with_buttons(*buttons)


def connection_page(w: Wizard) -> Reply:
    """Say which community serves this guild, and offer to enter a key."""
    tenant = w.guild.tenant
    if w.guild.given:
        key = "setup-connection-home" if tenant is not None else "setup-connection-home-none"
        return w.page(Step.CONNECTION, w.words(key, name=tenant.community.name or tenant.id if tenant else ""))
    if tenant is None:
        text = w.words("setup-connection-none")
    else:
        text = w.words("setup-connection", name=tenant.community.name, id=tenant.id, version=tenant.version.value)
    label = "button-key" if tenant is None else "button-key-change"
    return w.page(
        Step.CONNECTION,
        text + "\n\n" + w.words("setup-connection-how"),
        buttons=(w.button(label, "key", discord.ButtonStyle.success),),
    )


def proof_page(w: Wizard, proof: Proof, yes: str) -> Reply:
    """Show whose key it is, and ask whether that is right. `yes` is the custom id that goes on."""
    words = w.words
    text = words("setup-proof", name=proof.name, id=proof.community_id, plan=proof.plan, version=proof.version.value)
    if proof.ending:
        text += "\n" + words("setup-proof-ending", value=f"…{proof.ending}")
    if proof.low:
        text += "\n" + words("setup-plan-low", plan=proof.plan)
    if proof.version is ApiVersion.V1:
        text += "\n" + words("setup-v1")
    if w.guild.tenant is not None and w.guild.tenant.id != proof.community_id:
        text += "\n" + words("setup-proof-other", name=w.guild.tenant.community.name or w.guild.tenant.id)
    return Reply.of(text, Tone.ASK).with_buttons(
        Button(words.plain("button-ours", 80), yes, discord.ButtonStyle.success),
        Button(words.plain("button-not-ours", 80), f"{w.base}open-{Step.CONNECTION}"),
    )


def framework_page(w: Wizard) -> Reply:
    """Ask what the game server runs, and whether characters come from it."""
    words, config = w.words, w.guild.config
    frameworks = tuple((one.value, words.plain(f"framework-{one}-name", 100), SHAPES[one].example) for one in Framework)
    syncs = tuple(
        (one.value, words.plain(f"db-sync-{one}-name", 100), words.plain(f"db-sync-{one}-about", 100)) for one in DbSync
    )
    text = words("setup-framework")
    if config.framework is not None:
        params = named(words, config.framework)
        text = words("setup-framework-set", label=params["label"], example=params["example"], near=params["near"])
    chosen = (config.framework.value,) if config.framework is not None else ()
    return w.page(
        Step.FRAMEWORK,
        text + "\n\n" + words("setup-db-sync"),
        selects=(
            Select(
                SelectKind.TEXT, f"{w.base}framework", words.plain("pick-framework", 150), frameworks, chosen, 1, 1, 0
            ),
            Select(
                SelectKind.TEXT,
                f"{w.base}sync",
                words.plain("pick-db-sync", 150),
                syncs,
                (config.db_sync.value,),
                1,
                1,
                1,
            ),
        ),
    )


def roles_page(w: Wizard) -> Reply:
    """Ask for staff, players and approvers, and say what that makes of the reader."""
    words, config = w.words, w.guild.config
    everyone = config.players == "everyone"
    text = words("setup-roles") + ("\n" + words("setup-roles-everyone") if everyone else "")
    players = frozenset[int]() if isinstance(config.players, str) else config.players
    held = {"staff": config.staff, "players": players, "approvers": config.approvers}
    return w.page(
        Step.ROLES,
        text + "\n\n" + _you(w),
        selects=tuple(_roles(w, name, ids, row) for row, (name, ids) in enumerate(held.items())),
        buttons=(
            *(() if everyone else (w.button("button-everyone", "everyone"),)),
            w.button("button-more-roles", "more"),
        ),
    )


def more_roles_page(w: Wizard) -> Reply:
    """Ask for admins and blocked roles."""
    held = {"admins": w.guild.config.admins, "blocked": w.guild.config.blocked}
    return w.page(
        Step.ROLES,
        w.words("setup-more-roles") + "\n\n" + _you(w),
        selects=tuple(_roles(w, name, ids, row) for row, (name, ids) in enumerate(held.items())),
        buttons=(w.button("button-back-roles", f"open-{Step.ROLES}"),),
    )


def channels_page(w: Wizard) -> Reply:
    """Ask where requests and the audit lines go."""
    config = w.guild.config
    held = {"approval_channel": config.approval_channel, "audit_channel": config.audit_channel}
    return w.page(
        Step.CHANNELS,
        w.words("setup-channels"),
        selects=tuple(
            Select(
                SelectKind.CHANNEL,
                f"{w.base}channel-{name}",
                w.words.plain(f"pick-{name.replace('_', '-')}", 150),
                chosen=(str(channel),) if channel is not None else (),
                row=row,
            )
            for row, (name, channel) in enumerate(held.items())
        ),
    )


def policy_page(w: Wizard) -> Reply:
    """Ask what players may do, and how they link themselves."""
    words, config = w.words, w.guild.config
    text = words(f"self-link-{config.self_link}-long")
    text += "\n" + (
        words("setup-pattern", value=config.self_link_pattern, mask="{api_id}")
        if config.self_link_pattern
        else words("setup-pattern-none")
    )
    suggested = suggested_pattern(config)
    if suggested and not config.self_link_pattern:
        text += " " + words("setup-pattern-suggested", value=suggested)
    text += "\n" + words("setup-max-links", count=config.max_links)
    return w.page(Step.POLICY, text, selects=_policy_selects(w), buttons=(w.button("button-limits", "limits"),))


def _policy_selects(w: Wizard) -> tuple[Select, ...]:
    words, config = w.words, w.guild.config
    ways = tuple(
        (one.value, words.plain(f"self-link-{one}-name", 100), words.plain(f"self-link-{one}-about", 100))
        for one in SelfLink
    )
    may = tuple((one.value, words.plain(f"player-may-{one}", 100), "") for one in PlayerAction)
    chosen = tuple(sorted(config.player_may))
    way, what = words.plain("pick-self-link", 150), words.plain("pick-player-may", 150)
    return (
        Select(SelectKind.TEXT, f"{w.base}selflink", way, ways, (config.self_link.value,), 1, 1, 0),
        Select(SelectKind.TEXT, f"{w.base}may", what, may, chosen, 0, len(may), 1),
    )


def first_trial_page(w: Wizard) -> Reply:
    """Offer the dry run."""
    trial = w.button("button-trial", "try", discord.ButtonStyle.success)
    return w.page(Step.TRIAL, w.words("setup-trial"), buttons=(trial,))


def trial_page(w: Wizard, trial: Trial) -> Reply:
    """Show what the dry run found."""
    words = w.words
    lines = [decided(words, "/linkchar", trial.link), decided(words, "/newchar", trial.create)]
    if trial.problem is not None:
        lines.append(words("trial-account-missing", near=_told(words, trial.problem)))
    else:
        lines.append(words("trial-account", account=trial.account))
    if trial.template_problem is not None:
        lines.append(words("trial-template-missing", near=_told(words, trial.template_problem)))
    else:
        lines.append(words("trial-template", count=trial.fields or 0, pages=trial.pages))
    text = "\n".join(f"- {line}" for line in lines) + "\n\n" + words("trial-nothing-changed")
    return w.page(Step.TRIAL, text, buttons=(w.button("button-again", "try"),))


def panel_page(w: Wizard) -> Reply:
    """Offer to post the panel, or to move it."""
    words, config = w.words, w.guild.config
    posted = config.panel_message is not None and config.panel_channel is not None
    text = words("setup-panel-posted", channel=f"<#{config.panel_channel}>") if posted else words("setup-panel")
    pick = Select(SelectKind.CHANNEL, f"{w.base}panel", words.plain("pick-panel", 150), row=0)
    here = w.button("button-panel-move" if posted else "button-panel-here", "post", discord.ButtonStyle.success)
    return w.page(Step.PANEL, text, selects=(pick,), buttons=(here,))


def decided(words: Words, command: str, decision: Decision) -> str:
    """Say whether somebody may use a command, and by which rule."""
    roles = " ".join(f"<@&{role}>" for role in sorted(decision.missing))
    key = "decided-roles" if roles else "decided"
    return words(key, value=command, rule=decision.rule.value, roles=roles)


def _told(words: Words, error: CharlinkError) -> str:
    return " ".join(words(error.key, **error.params).split("\n"))


def _you(w: Wizard) -> str:
    rule, approves = standing_of(w.turn, w.guild)
    known = {Rule.ADMIN, Rule.STAFF, Rule.PLAYER, Rule.STAFF_AS_PLAYER, Rule.BLOCKED}
    return w.words("setup-you", rule=rule.value if rule in known else "none", approves="yes" if approves else "other")


def _roles(w: Wizard, name: str, ids: frozenset[int], row: int) -> Select:
    chosen = tuple(str(one) for one in sorted(ids))
    label = w.words.plain(f"pick-{name}", 150)
    return Select(SelectKind.ROLE, f"{w.base}roles-{name}", label, chosen=chosen, max_values=MANY, row=row)
