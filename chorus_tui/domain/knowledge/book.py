"""The knowledge base: which entry a message belongs to, and what it says to an operator."""

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cached_property

from msgspec import structs

from chorus_tui.domain.knowledge import paths, wording
from chorus_tui.domain.knowledge.base import Entry, Explanation, Field, Mistake
from chorus_tui.domain.knowledge.wording import Pattern, bare, codes_of, fingerprint, template, words_of
from chorus_tui.i18n import language

UNKNOWN = "unknown"
"""The entry whose general remedies an unknown message is offered; its id with a template's fingerprint behind it."""

CUT_NEAR = range(185, 261)
"""Lengths of a report's message that was probably cut (API 4)."""
_SHORTEST_BEGINNING = 15
_REMEMBERED = 4_096
_TITLE = 60

Variables = tuple[tuple[str, str], ...]


class Knowledge:
    """Entries by id, and how messages find theirs."""

    def __init__(
        self, entries: Mapping[str, Entry], fields: Iterable[Field] = (), mistakes: Iterable[Mistake] = ()
    ) -> None:
        self.entries = dict(entries)
        self.fields = tuple(fields)
        self.mistakes = tuple(mistakes)
        """What could not be used of the text this was read from."""
        self._known: dict[tuple[str, str | int | None, str], Explanation] = {}

    # Messages

    def explain(self, message: str, code: str | int | None = None) -> Explanation:
        """What a message means and what to do about it.

        Args:
            code: Chorus Pro's name of the message (GDP_MSG_11.033), or the number of its answer. A number
                means another thing in every service (API 4), so it never decides.
        """
        asked = (message, code, language())
        found = self._known.get(asked)
        if found is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            found = self._known[asked] = self._explain(message, code)
        return found

    def explain_all(self, message: str, code: str | int | None = None) -> tuple[Explanation, ...]:
        """The same for a message of a report, which may be several, joined by `|` and cut near 200 characters."""
        parts = [part.strip() for part in message.split("|") if part.strip()] or [message]
        cut = _seems_cut(message)
        whole = tuple(self.explain(part, code) for part in parts[: -1 if cut else None])
        return (*whole, self._explain(parts[-1], code, cut=True)) if cut else whole

    def of(self, entry_id: str, message: str = "") -> Explanation | None:
        """An entry by its id, as if a message had been recognised; None where there is none."""
        entry = self.entries.get(entry_id) or self.entries.get(entry_id.partition(":")[0])
        return None if entry is None else self._told(entry, message, (), entry_id=entry_id)

    def _explain(self, message: str, code: str | int | None, *, cut: bool = False) -> Explanation:
        cut = cut or _seems_cut(message)
        text = bare(message)
        entry, variables = self._recognise(text, code)
        if entry is None and cut:
            entry = self._completed(text)
        else:
            cut = False if entry is not None else cut
        field = self._field_in(message)
        if entry is not None and entry.id == "field.missing" and field is not None and field.missing:
            entry = self.entries.get(field.missing, entry)
        if entry is None:
            return self._unknown(message, field, cut=cut)
        return structs.replace(self._told(entry, message, variables, code=code, field=field), cut=cut)

    def _recognise(self, text: str, code: str | int | None) -> tuple[Entry | None, Variables]:
        """The entry whose wording, or else whose code, says most of a message."""
        best: tuple[int, Entry | None, Variables] = (0, None, ())
        named = codes_of(text) + ((wording.spelt(code),) if isinstance(code, str) else ())
        for name in named:
            if name in self._by_code:
                best = (499, self._by_code[name], ())
                break
        here = words_of(text)
        for word in here & self._by_word.keys():
            for pattern, entry in self._by_word[word]:
                if pattern.weight >= best[0] and pattern.words <= here:
                    variables = pattern.match(text)
                    if variables is not None:
                        best = (pattern.weight, entry, variables)
        return best[1], best[2]

    def _completed(self, text: str) -> Entry | None:
        """The only entry that a message whose end is missing may belong to."""
        if len(text) < _SHORTEST_BEGINNING:
            return None
        found = {entry.id: entry for pattern, entry in self._patterns if pattern.begins_with(text)}
        return next(iter(found.values())) if len(found) == 1 else None

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
        return {wording.spelt(code): entry for entry in self.entries.values() for code in entry.codes}

    # What is said

    def _told(
        self,
        entry: Entry,
        message: str,
        variables: Variables,
        *,
        code: str | int | None = None,
        field: Field | None = None,
        entry_id: str = "",
    ) -> Explanation:
        telling = entry.tellings[language()]
        apart = dict(variables)
        if field is not None:
            apart["field"] = field.name
        if code is not None:
            apart.setdefault("code", str(code))
        suffix = "".join(
            f":{' '.join(apart[name].lower().split())}" for name in entry.apart if apart.get(name)
        )
        decoded = field.labels[language()] if field is not None else ""
        return Explanation(
            id=entry_id or entry.id + suffix,
            message=message,
            title=f"{telling.title}: {decoded}"
            if suffix and "field" in entry.apart and decoded
            else telling.title,
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

    def _unknown(self, message: str, field: Field | None, *, cut: bool) -> Explanation:
        entry = self.entries[UNKNOWN]
        telling = entry.tellings[language()]
        pattern = template(message)
        said = " ".join(message.split()) or telling.title
        return Explanation(
            id=f"{UNKNOWN}:{fingerprint(pattern)}",
            message=message,
            title=said if len(said) <= _TITLE else said[: _TITLE - 1].rstrip() + "…",
            meaning=telling.meaning,
            cause=telling.cause,
            remedy=telling.remedy,
            action=entry.action,
            also=entry.also,
            known=False,
            decoded=field.labels[language()] if field is not None else "",
            by_recipient=entry.by_recipient,
            template=pattern,
            source=entry.source,
            sure=entry.sure,
            cut=cut,
        )

    # Fields

    def decode(self, message: str) -> str:
        """The field that a message names by a path or a wire name, in the words of the form; else nothing."""
        field = self._field_in(message)
        return field.labels[language()] if field is not None else ""

    def _field_in(self, message: str) -> Field | None:
        text = wording.plain(message)
        candidates = [found[0] for found in paths.PATH.finditer(text)]
        candidates += [
            word for word in text.replace("(", " ").replace(")", " ").split() if word.isidentifier()
        ]
        for candidate in candidates:
            tags = paths.tags_of(candidate)
            best = max(
                (
                    (len(name), field)
                    for tag in tags
                    for name, field in self._by_last_tag.get(tag, ())
                    if paths.matches(name, tags)
                ),
                key=lambda found: found[0],
                default=None,
            )
            if best is not None:
                return best[1]
        return None

    @cached_property
    def _by_last_tag(self) -> dict[str, list[tuple[tuple[str, ...], Field]]]:
        found: dict[str, list[tuple[tuple[str, ...], Field]]] = {}
        for field in self.fields:
            for path in field.paths:
                name = paths.tags_of(path)
                found.setdefault(name[-1], []).append((name, field))
        return found


def _seems_cut(message: str) -> bool:
    return len(message) in CUT_NEAR and not message.rstrip().endswith((".", "!", "?", ")", "»"))
