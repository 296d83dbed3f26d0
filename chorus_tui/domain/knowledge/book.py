"""The knowledge base: which entry a message belongs to, and what it says to an operator."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from msgspec import structs

from chorus_tui.domain.flow import CUT
from chorus_tui.domain.knowledge import paths
from chorus_tui.domain.knowledge.base import Entry, Explanation, Field, Mistake
from chorus_tui.domain.knowledge.comments import Comments
from chorus_tui.domain.knowledge.wording import (
    Pattern,
    Variables,
    bare,
    codes_of,
    fingerprint,
    plain,
    seems_cut,
    skeleton,
    spelt,
    template,
    words_of,
)
from chorus_tui.i18n import labelled, language

UNKNOWN = "unknown"
"""The entry whose general remedies an unknown message is offered; a fingerprint follows it in the id."""

_OF_ANY_FIELD = "field."
"""Entries such as `field.missing` give way to that of the field (`service.missing`), where there is one."""

_SHORTEST_BEGINNING = 15
"""Letters by which a message that was cut is recognised."""
_BY_CODE = 499
"""What a code weighs beside a wording: less than a wording that has a code in it, more than any other."""
_LONGEST_SUFFIX = 24
_REMEMBERED = 4_096
_TITLE = 60

Code = str | int | None


class Knowledge:
    """Entries by id, and how messages find theirs."""

    def __init__(
        self, entries: Mapping[str, Entry], fields: Iterable[Field] = (), mistakes: Iterable[Mistake] = ()
    ) -> None:
        self.entries = dict(entries)
        self.fields = tuple(fields)
        self.mistakes = tuple(mistakes)
        """What could not be used of the text that this was read from."""
        self._remembered: dict[tuple[str, Code, str], Explanation] = {}

    # Messages

    def explain(self, message: str, code: Code = None) -> Explanation:
        """What a message means and what to do about it, in the operator's language.

        Args:
            code: Chorus Pro's name of the message (GDP_MSG_11.033), or the number of its answer. A number
                means another thing in every service (API 4), so it never decides what a message means.
        """
        asked = (message, code, language())
        found = self._remembered.get(asked)
        if found is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            found = self._remembered[asked] = self._explain(message, code, cut=seems_cut(message))
        return found

    def explain_all(self, message: str, code: Code = None) -> tuple[Explanation, ...]:
        """The same for a report's message: it may be several, joined by `|` and cut near 200 characters."""
        parts = [part.strip() for part in message.split("|") if part.strip()] or [message]
        whole = [self.explain(part, code) for part in parts[:-1]]
        return (*whole, self._explain(parts[-1], code, cut=seems_cut(message)))

    def explain_comment(self, comment: str, status: str) -> Explanation:
        """What a recipient's comment asks for.

        Args:
            status: the entry of the invoice's status, which says how it can be answered.
        """
        answer = self.entries[status]
        entry = self._comments.recognise(comment) if comment.strip() else answer
        if entry is answer:
            return self._told(answer, comment)
        found = self._told(entry, comment) if entry is not None else self._unknown(comment, None)
        how = answer.telling.remedy
        return structs.replace(
            found,
            remedy=f"{found.remedy} {how}" if entry is not None else how,
            action=answer.action,
            also=() if entry is None else entry.also,
            by_recipient=True,
        )

    def of(self, entry_id: str, message: str = "") -> Explanation | None:
        """An entry by its id, as if its message had been recognised; None where there is none."""
        entry = self.entries.get(entry_id) or self.entries.get(entry_id.partition(":")[0])
        return None if entry is None else structs.replace(self._told(entry, message), id=entry_id)

    def by_code(self, code: str) -> Explanation | None:
        """The entry of one of Chorus Pro's names of messages (GDP_MSG_11.033); None where there is none."""
        entry = self._by_code.get(spelt(code))
        return None if entry is None else self._told(entry, code)

    def _explain(self, message: str, code: Code, *, cut: bool) -> Explanation:
        text = bare(message.removesuffix(CUT) if cut else message)
        entry, variables = self._recognise(text, code)
        cut = cut and entry is None
        if entry is None and cut:
            entry = self._completed(text)
        named = dict(variables)
        field = self._field_called(named.get("field") or named.get("path") or "") or self._field_in(message)
        if entry is None:
            return structs.replace(self._unknown(message, field), cut=cut)
        if field is not None and entry.id.startswith(_OF_ANY_FIELD):
            kind = entry.id.removeprefix(_OF_ANY_FIELD)
            own = (self.entries.get(name) for name in field.entries if name.endswith(f".{kind}"))
            entry = next(filter(None, own), entry)
        return structs.replace(self._told(entry, message, variables, code, field), cut=cut)

    def _recognise(self, text: str, code: Code) -> tuple[Entry | None, Variables]:
        """The entry whose wording, or else whose code, says most of a message."""
        best: tuple[int, Entry | None, Variables] = (0, None, ())
        for name in (*codes_of(text), *((spelt(code),) if isinstance(code, str) else ())):
            if best[1] is None and name in self._by_code:
                best = (_BY_CODE, self._by_code[name], ())
        here, lower = words_of(text), text.lower()
        for word in here & self._by_word.keys():
            for pattern, entry in self._by_word[word]:
                if pattern.weight >= best[0] and pattern.words <= here:
                    variables = pattern.match(text, lower)
                    if variables is not None:
                        best = (pattern.weight, entry, variables)
        return best[1], best[2]

    def _completed(self, text: str) -> Entry | None:
        """The only entry that a message whose end is missing may belong to."""
        # Its last word may be half of what varies: a path.
        for begun in (text, text.rpartition(" ")[0]):
            letters = skeleton(begun)
            if len(letters) < _SHORTEST_BEGINNING:
                return None
            found = {entry.id: entry for pattern, entry in self._patterns if pattern.begins_with(letters)}
            if found:
                return next(iter(found.values())) if len(found) == 1 else None
        return None

    @cached_property
    def _patterns(self) -> list[tuple[Pattern, Entry]]:
        return [(Pattern(text), entry) for entry in self.entries.values() for text in entry.patterns]

    @cached_property
    def _by_word(self) -> dict[str, list[tuple[Pattern, Entry]]]:
        """Each pattern under the one of its words that the fewest have, so that few are tried."""
        common = Counter(word for pattern, _entry in self._patterns for word in pattern.words)
        found: dict[str, list[tuple[Pattern, Entry]]] = {}
        for pattern, entry in self._patterns:
            if pattern.words:
                rarest = min(pattern.words, key=lambda word: (common[word], -len(word), word))
                found.setdefault(rarest, []).append((pattern, entry))
        return found

    @cached_property
    def _by_code(self) -> dict[str, Entry]:
        return {spelt(code): entry for entry in self.entries.values() for code in entry.codes}

    @cached_property
    def _comments(self) -> Comments:
        return Comments(self.entries.values())

    # What is said

    def _told(
        self,
        entry: Entry,
        message: str,
        variables: Variables = (),
        code: Code = None,
        field: Field | None = None,
    ) -> Explanation:
        telling = entry.telling
        decoded = field.label if field is not None else ""
        varies = dict(variables)
        if field is not None:
            varies["field"] = field.name
        elif "path" in varies:
            varies.setdefault("field", varies["path"])
        if code is not None:
            varies.setdefault("code", str(code))
        suffix = "".join(f":{_suffix(name, varies[name])}" for name in entry.apart if varies.get(name))
        return Explanation(
            id=entry.id + suffix,
            message=message,
            title=labelled(telling.title, decoded) if "field" in entry.apart and decoded else telling.title,
            meaning=telling.meaning,
            cause=telling.cause,
            remedy=telling.remedy,
            action=entry.action,
            also=entry.also,
            known=True,
            decoded=decoded,
            by_recipient=entry.by_recipient,
            variables=variables,
            source=entry.source,
            sure=entry.sure,
        )

    def _unknown(self, message: str, field: Field | None) -> Explanation:
        pattern = template(message)
        told = self._told(self.entries[UNKNOWN], message)
        said = " ".join(message.split()) or told.title
        return structs.replace(
            told,
            id=f"{UNKNOWN}:{fingerprint(pattern)}",
            title=said if len(said) <= _TITLE else said[: _TITLE - 1].rstrip() + "…",
            known=False,
            decoded=field.label if field is not None else "",
            template=pattern,
        )

    # Fields

    def decode(self, message: str) -> str:
        """The field that a message names by a path or a wire name, in the words of the form; else nothing."""
        field = self._field_in(message)
        return field.label if field is not None else ""

    def _field_in(self, message: str) -> Field | None:
        text = plain(message)
        for candidate in (*paths.PATH.findall(text), *_WIRE_NAME.findall(text)):
            field = self._field_called(candidate)
            if field is not None:
                return field
        return None

    def _field_called(self, path: str) -> Field | None:
        """The field that a path or a wire name means."""
        tags = paths.tags_of(path)
        best: tuple[tuple[int, int], Field | None] = ((0, 0), None)
        for at, tag in enumerate(tags):
            for name, field in self._by_tag.get(tag, ()):
                # The name that says more of the path; of two, the one nearer to its end.
                if (len(name), at) > best[0] and paths.matches(name, tags[: at + 1]):
                    best = ((len(name), at), field)
        return best[1]

    @cached_property
    def _by_tag(self) -> dict[str, list[tuple[tuple[str, ...], Field]]]:
        """The names of fields under their last tag."""
        found: dict[str, list[tuple[tuple[str, ...], Field]]] = {}
        for field in self.fields:
            for path in field.paths:
                name = paths.tags_of(path)
                found.setdefault(name[-1], []).append((name, field))
        return found


_WIRE_NAME = re.compile(r"\b[a-z]+[A-Z]\w+|\b[A-Z][a-z]+[A-Z]\w+")
"""A word that only a program writes: numeroBonCommande, BuyerReference."""


def _suffix(name: str, value: str) -> str:
    """What tells two failures of an entry apart: short, and without what varies from invoice to invoice."""
    shape = value if name == "code" else template(value)
    return shape if len(shape) <= _LONGEST_SUFFIX and " " not in shape else fingerprint(shape)
