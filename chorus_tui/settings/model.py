"""What a user may set. The description of a field is what `chorus-tui init` writes above it."""

import re
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from chorus_tui.domain.flow import Channel, Rejection
from chorus_tui.i18n import N_

PARTNER_CODE = re.compile("[A-Z]{3}[0-9]{3}")
"""What the code of an EDI partner looks like (S2-006)."""

ENVIRONMENTS = {
    "production": ("https://oauth.piste.gouv.fr/api/oauth/token", "https://api.piste.gouv.fr"),
    "sandbox": ("https://sandbox-oauth.piste.gouv.fr/api/oauth/token", "https://sandbox-api.piste.gouv.fr"),
    "simulator": ("", ""),
}
"""Environment → the address that gives tokens and the address of the API (API 1.1)."""


class Folders(Struct, frozen=True):
    """Where things are kept."""

    settings: Path
    """The settings file itself."""
    data: Annotated[Path, Meta(description=N_("The store and the copies of the documents."))]
    log: Annotated[Path, Meta(description=N_("The log files."))]
    secrets: Annotated[
        Path,
        Meta(description=N_("The files client_id, client_secret, login and password, each of mode 0600.")),
    ]
    exports: Annotated[Path, Meta(description=N_("Where exports go when no folder is given."))]


class Credentials(Struct, frozen=True):
    """What signs in: the PISTE application and the technical account. Not shown by `repr` either."""

    client_id: str = ""
    client_secret: str = ""
    login: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return "Credentials(****)"

    __str__ = __repr__

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of those that are not there."""
        return tuple(name for name in self.__struct_fields__ if not getattr(self, name))


class Connection(Struct, frozen=True, kw_only=True):
    """Which Chorus Pro, and as whom."""

    environment: Annotated[
        str,
        Meta(
            description=N_(
                '"production", "sandbox" (the qualification platform of Chorus Pro) or "simulator" '
                "(chorus-tui sandbox; give both addresses below)."
            )
        ),
    ] = "sandbox"
    oauth_url: Annotated[
        str,
        Meta(
            description=N_("Address that gives tokens. Empty: the environment's own."),
            examples=["http://127.0.0.1:8808/api/oauth/token"],
        ),
    ] = ""
    api_url: Annotated[
        str,
        Meta(
            description=N_("Address of the API. Empty: the environment's own."),
            examples=["http://127.0.0.1:8808"],
        ),
    ] = ""
    credentials: Credentials = Credentials()
    structure: Annotated[
        str,
        Meta(
            description=N_(
                "SIRET of the structure on which the technical account is declared: the issuer of flows that "
                "are deposited through the API. Empty: the only structure that the account sends for."
            ),
            examples=["00000000000000"],
        ),
    ] = ""
    timeout: Annotated[float, Meta(gt=0, description=N_("Seconds before an answer is given up."))] = 30.0
    calls_per_second: Annotated[
        float, Meta(gt=0, description=N_("Calls to Chorus Pro in one second, at most."))
    ] = 12.0


class WatchedFolder(Struct, frozen=True, kw_only=True):
    """A folder where the billing system drops PDFs."""

    path: Annotated[Path, Meta(description=N_("The folder."), examples=["/srv/billing/chorus"])]
    recursive: Annotated[bool, Meta(description=N_("Whether the folders inside it are watched too."))] = False


class FilingRule(Struct, frozen=True, kw_only=True):
    """Which files of the watched folders are documents to submit (S1-010…013).

    Every criterion that is given must hold; `folder` alone is criterion type 1, the others type 2.
    """

    name: Annotated[str, Meta(description=N_("A name, shown with the document."), examples=["Invoices"])]
    supplier: Annotated[
        str,
        Meta(
            description=N_("SIRET of the supplier structure that the documents are sent for."),
            examples=["00000000000000"],
        ),
    ]
    folder: Annotated[
        Path | None,
        Meta(description=N_("Only files of this folder."), examples=["/srv/billing/chorus"]),
    ] = None
    glob: Annotated[str, Meta(description=N_("Pattern of the file's name; capitals do not matter."))] = (
        "*.pdf"
    )
    text: Annotated[
        str | None,
        Meta(description=N_("A regular expression found in the text of the pages."), examples=["Facture"]),
    ] = None
    supplier_siret: Annotated[
        str | None,
        Meta(description=N_("The supplier's SIRET as read from the document."), examples=["00000000000000"]),
    ] = None
    automatic: Annotated[
        bool, Meta(description=N_("Whether documents go by themselves once they are complete."))
    ] = False
    channel: Annotated[
        Channel,
        Meta(
            description=N_(
                '"form": one by one, as PDF; "api": in flows, through the API; "edi": in flows, through an '
                'EDI gateway; "portal": in packs that somebody deposits on the portal.'
            )
        ),
    ] = Channel.FORM
    edi: Annotated[
        str, Meta(description=N_('The name of the EDI connection, where the channel is "edi".'))
    ] = ""


class EdiConnection(Struct, frozen=True, kw_only=True):
    """An EDI gateway on this server, and what its connection form says (S2-006, S2-016)."""

    name: Annotated[str, Meta(description=N_("A name, shown with its flows."), examples=["EDI"])]
    partner_code: Annotated[
        str,
        Meta(
            description=N_("The partner code: three capitals and three digits."),
            examples=["ABC001"],
        ),
    ]
    issuer: Annotated[
        str,
        Meta(description=N_("SIRET of the structure of the connection form."), examples=["00000000000000"]),
    ]
    drop: Annotated[Path, Meta(description=N_("Where the gateway takes flows."), examples=["/srv/edi/out"])]
    returns: Annotated[
        Path, Meta(description=N_("Where the gateway puts what comes back."), examples=["/srv/edi/in"])
    ]
    rejection: Annotated[
        Rejection,
        Meta(
            description=N_(
                '"partial" or "complete": what Chorus Pro does with a flow of which one invoice is wrong, as '
                "the connection form says."
            )
        ),
    ] = Rejection.PARTIAL


class Structure(Struct, frozen=True, kw_only=True):
    """A structure whose flows not everybody may see (S2-014, S2-020)."""

    siret: Annotated[str, Meta(description=N_("Its SIRET."), examples=["00000000000000"])]
    main_manager: Annotated[
        str,
        Meta(
            description=N_("The login of its main manager, who grants permissions to others."),
            examples=["alice"],
        ),
    ]


class Settings(Struct, frozen=True, kw_only=True):
    """Everything that a user may set."""

    theme: Annotated[
        str, Meta(description=N_("Colour theme. Empty: chosen by what the terminal can show."))
    ] = ""
    hold: Annotated[
        float,
        Meta(
            ge=0,
            description=N_(
                "Seconds a batch waits before it leaves, so that it can be stopped; 0: not at all."
            ),
        ),
    ] = 5.0
    poll: Annotated[
        float,
        Meta(
            gt=0,
            description=N_("Seconds between looks at watched folders where the system announces nothing."),
        ),
    ] = 2.0
    settle: Annotated[
        float, Meta(ge=0, description=N_("Seconds a file must not have grown before it is taken."))
    ] = 1.0
    track_every: Annotated[
        float, Meta(gt=0, description=N_("Seconds between sweeps for status changes."))
    ] = 60.0
    match_confidence: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description=N_(
                "From 0 to 1: how sure a match of a printed label to a service must be to be filled in by "
                "itself. Below that, it is offered on the form."
            ),
        ),
    ] = 0.8
    folders: Annotated[Folders, Meta(description=N_("Where things are kept, when not in the usual places."))]
    connection: Annotated[Connection, Meta(description=N_("Which Chorus Pro."))] = Connection()
    watch: Annotated[
        tuple[WatchedFolder, ...],
        Meta(description=N_("A folder where the billing system drops PDFs; repeat for each.")),
    ] = ()
    rules: Annotated[
        tuple[FilingRule, ...],
        Meta(
            description=N_(
                "Which files are documents to be submitted, and for whom; repeat for each. "
                "Every criterion that is given must hold; the first rule that holds counts."
            )
        ),
    ] = ()
    edi: Annotated[
        tuple[EdiConnection, ...],
        Meta(description=N_("An EDI gateway that takes and returns flows; repeat for each.")),
    ] = ()
    structures: Annotated[
        tuple[Structure, ...],
        Meta(
            description=N_(
                "A structure whose flows only those may see whom its main manager entitles; repeat for each. "
                "The flows of other structures are seen by everybody who can open this console."
            )
        ),
    ] = ()
    keys: Annotated[
        dict[str, str],
        Meta(
            description=N_(
                "Other keys: a command's name as `chorus-tui keys --names` prints it, then the key."
            )
        ),
    ] = {}
