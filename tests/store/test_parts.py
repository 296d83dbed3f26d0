"""Some fields of very many records, without making the records."""

from pathlib import Path

from chorus_tui.domain.permissions import Grant, Profile
from chorus_tui.store import Store
from tests.console.operator import NOW


def test_fields_are_read_of_records_that_were_looked_at_and_of_others(tmp_path: Path) -> None:
    grants = [
        Grant(user=f"u{n}", siret="1", profile=Profile.FLOW_FOLLOW_UP, granted_by="a", granted_at=NOW)
        for n in range(3)
    ]
    with Store.open(tmp_path) as store:
        store.grants.put(*grants)
    with Store.open(tmp_path) as store:
        assert store.grants.get(grants[1].key) == grants[1]
        assert len(store.grants) == 3  # it is in memory, and only some of it was looked at
        assert store.grants.get(grants[1].key) == grants[1]
        found = {key: (part.user, part.granted_at) for key, part in store.grants.parts("user", "granted_at")}
        assert found == {grant.key: (grant.user, NOW) for grant in grants}
        assert store.grants.all() == grants
