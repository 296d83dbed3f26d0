"""What to do about what Chorus Pro says (S1-080…090).

Chorus Pro numbers its errors per service, so the words are matched, in French and in the English of the
connector that operators know. What no entry matches is shown word for word, without a remedy.
"""

import re

from chorus_tui.i18n import N_
from chorus_tui.text import fold

_SIGN_IN = N_("In the settings, fill in the PISTE identifiers and the technical account, then sign in again.")
_WAIT = N_(
    "Check this machine's network; if it is fine, wait: the platform is at fault. The portal may work."
)
_SERVICE = N_("Choose the performing service, or match the printed label to it in Recipients, then submit.")
_REPROCESS = N_("The platform lost the analysed file: reprocess the document, then submit.")
_PRINT_AGAIN = N_(
    "The PDF itself is the problem: remove it and print it as PDF again, or send it through the portal."
)
_HEADER = N_(
    "Give the commitment number, and the performing service if the recipient needs both; check the totals."
)
_DIRECTORY = N_(
    "Look the recipient up in the public directory (field “Active structure”) and choose an active one."
)
_CHECK_BOTH = N_("Check the commitment number and the service code: the State checks one against the other.")
_OPEN_SERVICE = N_("Choose a service that this recipient has open.")
_COMMITMENT = N_("Give the commitment number that the recipient wrote on its order.")
_NUMBER = N_("Look in Tracking for the invoice with this number; give this one another number, or remove it.")

_KNOWN = tuple(
    (re.compile(pattern), remedy)
    for pattern, remedy in (
        (r"authentication information not present|informations? d'authentification", _SIGN_IN),
        (r"chorus pro is not available|n'est pas disponible|indisponible", _WAIT),
        (r"service (is )?mandatory|service executant.*obligatoire|code service.*obligatoire", _SERVICE),
        (r"unknown type does not exist|piece jointe.*(n'existe pas|inconnue)", _REPROCESS),
        (r"could not be analy[sz]ed|n'a pas pu etre (analyse|interprete|lu)", _PRINT_AGAIN),
        (r"header synthesis|synthese de l'en-?tete", _HEADER),
        (r"(code )?service.*(inconnu|inactif|unknown|inactive)", _OPEN_SERVICE),
        (r"not located or inactive|destinataire.*(inacti|introuvable|non trouve|inconnu)", _DIRECTORY),
        (r"consistency checks|controles? de coherence", _CHECK_BOTH),
        (r"engagement.*obligatoire|commitment number.*(mandatory|required)", _COMMITMENT),
        (r"engagement.*(inconnu|n'existe pas|introuvable)", _CHECK_BOTH),
        (r"already (been )?(sent|submitted|deposited)|deja (ete )?(depose|transmis|utilise|envoye)", _NUMBER),
    )
)


def remedy_for(message: str) -> str:
    """What to do about a message (English source string); empty where nobody knows."""
    words = " ".join(fold(message).replace("’", "'").split())
    return next((remedy for pattern, remedy in _KNOWN if pattern.search(words)), "")
