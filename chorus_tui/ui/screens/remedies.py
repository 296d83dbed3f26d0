"""From a remedy to the key that starts it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chorus_tui.domain.knowledge import Action, Explanation
from chorus_tui.domain.statuses import Tone
from chorus_tui.i18n import N_, _
from chorus_tui.ui.commands import Registry

if TYPE_CHECKING:
    from chorus_tui.ui.screens.document_verbs import DocumentVerbs

DOCUMENTS: Mapping[Action, tuple[str, str]] = {
    Action.SERVICE: ("to_submit.fix", N_("{key} fixes the service")),
    Action.COMMITMENT: ("to_submit.fix", N_("{key} fixes the commitment number")),
    Action.RECIPIENT: ("to_submit.fix", N_("{key} fixes the recipient")),
    Action.SUPPLIER: ("to_submit.fix", N_("{key} fixes the supplier")),
    Action.NUMBER: ("to_submit.complete", N_("{key} opens the form")),
    Action.AMOUNTS: ("to_submit.complete", N_("{key} opens the form")),
    Action.ATTACHMENT: ("to_submit.complete", N_("{key} opens the form")),
    Action.FORM: ("to_submit.complete", N_("{key} opens the form")),
    Action.REPROCESS: ("to_submit.reprocess", N_("{key} reprocesses it")),
    Action.REMOVE: ("to_submit.remove", N_("{key} removes it")),
    Action.METADATA: ("to_submit.metadata", N_("{key} corrects what was read")),
    Action.MATCH: ("place.recipients", N_("{key} opens Recipients")),
    Action.SIGN_IN: ("place.health", N_("{key} opens Settings and health")),
}
"""What starts the remedy for documents to be submitted: a command, and how a screen says so."""


def key_words(
    registry: Registry, explained: Explanation, starts: Mapping[Action, tuple[str, str]] = DOCUMENTS
) -> str:
    """The key that starts the remedy, or else one that may help, in words; empty where no key does."""
    for action in (explained.action, *explained.also):
        command, words = starts.get(action, ("", ""))
        if command in registry:
            return _(words).format(key=registry.key(registry[command]))
    return ""


async def put_right(
    screen: "DocumentVerbs[Any]", explained: Sequence[Explanation | None], about: str = ""
) -> None:
    """Start the remedy of what the chosen documents share; where they share none, ask which fix is meant.

    Args:
        about: what the documents are, for the title of the fix.
    """
    from chorus_tui.operations.fixing import FixKind, kind_for
    from chorus_tui.ui.screens import document_verbs

    ids = screen.keys_chosen()
    kinds = {None if one is None else kind_for(one) for one in explained}
    actions = {None if one is None else one.action for one in explained}
    if len(kinds) == 1 and (kind := next(iter(kinds))) is not None:
        screen.open_fix(ids, kind, about=about)
        return
    if len(actions) == 1 and kinds == {None} and (action := next(iter(actions))) is not None:
        match action:
            case Action.REPROCESS:
                await document_verbs.reprocess(screen)
                return
            case Action.REMOVE:
                await document_verbs.take_out(screen)
                return
            case Action.MATCH:
                screen.console.go("recipients")
                return
            case Action.SIGN_IN:
                screen.console.go("health")
                return
            case Action.WAIT | Action.ASK:
                screen.say(explained[0].remedy if explained[0] is not None else "", Tone.WAITS)
                return
            case _:
                screen.work_through(ids)
                return
    wanted = [kind for kind in FixKind if kind in kinds] or list(FixKind)
    question = _("They came back for several causes. Fix:") if len(kinds) > 1 else _("Fix:")
    chosen = await screen.prompt.choose(question, [(kind, _(kind.label)) for kind in wanted])
    if chosen is not None:
        screen.open_fix(ids, chosen, about=about)
