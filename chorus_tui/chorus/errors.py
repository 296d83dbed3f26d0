"""What can go wrong on the way to Chorus Pro: each failure says what happened, what to do, which link broke.

    ChorusError
    ├── SignInRefused          PISTE refused the application's identifiers
    │   └── CredentialsMissing     there are none, or they did not arrive (S1-081)
    ├── AccountRefused         the technical account was refused although the token is good
    ├── RightsMissing          signed in, but not allowed: subscription, connection or rights
    ├── NotAvailable           nothing happened and nothing was done: try again later (S1-083)
    │   ├── TooManyRequests        the quota is used up for the moment
    │   └── AddressUnusable        the settings name no usable address
    ├── Refused                Chorus Pro's own refusal, with its code and its words
    │   └── RequestRefused         refused by HTTP status alone, without words
    ├── UnreadableAnswer       an answer to a question that nobody can read
    └── OutcomeUnknown         something was sent and nobody knows whether it was done

Titles and advice are English source strings; translate them where they are shown. No failure carries a
secret, a token or what was sent.
"""

from typing import ClassVar

from chorus_tui.domain.records import Link
from chorus_tui.i18n import N_


class ChorusError(Exception):
    """Base of every failure between this machine and Chorus Pro."""

    title: str = N_("Chorus Pro could not be used")
    advice: str = ""
    link: Link = Link.API
    transient: bool = False
    """Whether the same question may be answered a moment later."""

    def __init__(self, detail: str = "", *, link: Link | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if link is not None:
            self.link = link

    def __str__(self) -> str:
        return f"{self.title} ({self.detail})" if self.detail else self.title


class SignInRefused(ChorusError):
    """PISTE refused the client id or the client secret; it does not say which (API 1.2)."""

    title = N_("Sign-in refused by PISTE")
    advice = N_("Check the client id and the client secret of your PISTE application, for this environment.")
    link = Link.TOKEN


class CredentialsMissing(SignInRefused):
    """No identifiers are set, or the API found none in the call (S1-081)."""

    title = N_("Authentication information not present")
    advice = N_("Fill in the PISTE identifiers and the technical account, then sign in again.")


class AccountRefused(ChorusError):
    """HTTP 401 with a token just fetched: the technical account is wrong or expired (API 1.3, 1.4)."""

    title = N_("Technical account refused")
    advice = N_(
        "Check the technical account's login and password; it expires after 424 days "
        "and works about 30 minutes after its creation."
    )
    link = Link.ACCOUNT


class RightsMissing(ChorusError):
    """HTTP 403: the application does not subscribe to this API, or is not connected to the structure."""

    title = N_("Access not granted")
    advice = N_(
        "On PISTE, subscribe the application to the Chorus Pro APIs; on Chorus Pro, declare it "
        "under “Raccordements EDI et API”."
    )
    link = Link.ACCOUNT


class NotAvailable(ChorusError):
    """It certainly did not happen: unreachable, down, or a question that was not answered in time."""

    title = N_("Chorus Pro is not available, please try again later")
    transient = True

    _ADVICE: ClassVar[dict[Link, str]] = {
        Link.NETWORK: N_("Check this machine's network and proxy; nothing was sent."),
        Link.TOKEN: N_("The PISTE sign-in service does not answer; wait, it is tried again."),
        Link.ACCOUNT: N_("Check the technical account."),
        Link.API: N_("The platform is at fault: wait. The portal may work while the API does not."),
    }

    def __init__(self, detail: str = "", *, link: Link | None = None) -> None:
        super().__init__(detail, link=link)
        self.advice = self._ADVICE[self.link]


class TooManyRequests(NotAvailable):
    """HTTP 429: refused before any work, for a write too. Every call of this client waits."""

    title = N_("Chorus Pro asks to slow down")

    def __init__(self, detail: str = "", *, link: Link | None = None, retry_after: float = 0.0) -> None:
        super().__init__(detail, link=link)
        self.advice = N_("The quota is used up for the moment; calls go on by themselves, more slowly.")
        self.retry_after = retry_after
        """Seconds until the next call is worth trying."""


class AddressUnusable(NotAvailable):
    """The settings name an address that is none."""

    title = N_("The address of Chorus Pro in the settings cannot be used")
    transient = False

    def __init__(self) -> None:
        super().__init__(link=Link.NETWORK)
        self.advice = N_("Correct the addresses of PISTE and of the API in the settings.")


class Refused(ChorusError):
    """Chorus Pro understood and said no. Codes differ from service to service (API 4): show the label."""

    title = N_("Refused by Chorus Pro")
    advice = N_("Correct what the message names, then submit again.")

    def __init__(self, code: int, label: str) -> None:
        super().__init__(f"{code}: {label}" if label else str(code))
        self.code = code
        """`codeRetour`."""
        self.label = label
        """`libelle`, word for word."""


class RequestRefused(Refused):
    """An HTTP status says no and the body says nothing: the code is that status, the label ours."""

    _SAYS: ClassVar[dict[int, tuple[str, str]]] = {
        404: (
            N_("This service does not exist at the API's address"),
            N_("Check the API's address in the settings."),
        ),
        413: (
            N_("The file is too large for Chorus Pro"),
            N_("Chorus Pro takes files up to 10 MB: make it smaller."),
        ),
    }
    _OTHERWISE = (
        N_("Chorus Pro did not understand the request"),
        N_("Update chorus-tui; if that does not help, report it with the log."),
    )

    def __init__(self, status: int) -> None:
        label, advice = self._SAYS.get(status, self._OTHERWISE)
        super().__init__(status, label)
        self.advice = advice


class UnreadableAnswer(ChorusError):
    """An answer came that is not what the service is documented to answer."""

    title = N_("Unreadable answer from Chorus Pro")
    advice = N_("Check the addresses in the settings; otherwise wait, the platform is at fault.")

    def __init__(
        self,
        detail: str = "",
        *,
        link: Link | None = None,
        transient: bool = False,
        of_service: bool = False,
    ) -> None:
        super().__init__(detail, link=link)
        self.transient = transient
        self.of_service = of_service
        """Whether the service itself answered; else something on the way did, for all services alike."""


class OutcomeUnknown(ChorusError):
    """Something was sent and its answer was lost: look for it before anything is sent again."""

    title = N_("No answer: it may or may not have been done")
    advice = N_("Nothing is sent again before Chorus Pro has been searched for it.")
