"""What a form has to ask elsewhere, as values: a typist says what it wants, an errand brings the answer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FindRecipients:
    """Ask Chorus Pro for recipients by name or SIRET; answer with `recipients_found`."""

    text: str


@dataclass(frozen=True)
class AskRecipient:
    """Look at what a recipient demands; answer with `recipient_known`."""

    siret: str


@dataclass(frozen=True)
class AskService:
    """Look whether a service demands a commitment number."""

    siret: str
    code: str


@dataclass(frozen=True)
class AskCommitment:
    """Look whether the State knows a commitment number."""

    siret: str
    number: str


@dataclass(frozen=True)
class ListFiles:
    """List what a typed path may become; answer with `files_found`."""

    text: str


@dataclass(frozen=True)
class Attach:
    """Add a file of a kind."""

    path: str
    type_code: str


@dataclass(frozen=True)
class Detach:
    """Take an attachment off, by its place."""

    place: int


Want = FindRecipients | AskRecipient | AskService | AskCommitment | ListFiles | Attach | Detach
