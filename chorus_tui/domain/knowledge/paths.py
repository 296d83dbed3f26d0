"""Tags of an invoice's XML and fields of the API, as Chorus Pro names what it refuses.

`FichierXml.ExchangedDocument.ID.value`, `/Invoice/cac:AccountingSupplierParty[1]/cbc:ID`: which tags mean
which field of ours stands in the file of failures; here is how a path is read.
"""

import re

_TAG = r"(?:@?[A-Za-z][A-Za-z]+:)?@?[A-Za-z]{2,}\w*(?:\[\d+\]|\(\d+\))?"
PATH = re.compile(rf"[./]{{0,4}}{_TAG}(?:[./]{_TAG})+|\b[a-z]{{2,4}}:[A-Z]\w+")
"""Tags joined by dots or slashes, or one tag with its namespace."""

FILE = re.compile(
    r"[^\s\"|/]+\.(?:pdf|xml|xlsx?|docx?|od[pst]|jpe?g|png|tiff?|zip|gz|tgz|txt|csv|p7s)\b", re.IGNORECASE
)
"""A file's name, which looks like a path and says nothing of the cause."""

_GENERIC = frozenset(("value", "text"))
"""Tags that say nothing of the field."""


def tags_of(path: str) -> tuple[str, ...]:
    """The tags of a path in lower case, without namespaces, positions and what says nothing."""
    plain = re.sub(r"\[\d+\]|\(\d*\)|@", "", path)
    tags = [tag.rpartition(":")[2].lower() for tag in re.split(r"[./]+", plain) if tag]
    while len(tags) > 1 and tags[-1] in _GENERIC:
        tags.pop()
    return tuple(tags)


def tag_of(path: str) -> str:
    """The end of a path that says which field is meant, and of whom."""
    tags = tags_of(path)
    whose = [tag for tag in tags[:-2] if tag.endswith("party") and tag != "party"][:1]
    return ".".join((*whose, *tags[-2:]))


def matches(name: tuple[str, ...], tags: tuple[str, ...]) -> bool:
    """Whether the tags of a name stand in a path, in this order, with others between them or not."""
    rest = iter(tags)
    return all(tag in rest for tag in name)
