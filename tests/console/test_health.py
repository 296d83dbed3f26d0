"""Place 6, Settings and health: the connection checked again, by one key."""

from pathlib import Path

import pytest

from tests.console.billing import clerk_of
from tests.house import House

TOKEN = "/api/oauth/token"


async def test_a_check_signs_in_anew_and_says_that_every_link_works(tmp_path: Path) -> None:
    """S1-004."""
    async with House(tmp_path) as house:
        await house.settle()
        async with clerk_of(house) as clerk:
            await clerk.keys("f7")
            before = house.wire.calls.count(TOKEN)
            await clerk.keys("c")
            assert house.wire.calls.count(TOKEN) == before + 1
            assert clerk.screen.count("✓ works") == 4


@pytest.mark.parametrize(
    ("service", "kind", "words"),
    [
        ("token", "unreachable", "Check this machine's network"),
        ("*", "unavailable", "The portal may work while the API does not"),
    ],
)
async def test_a_check_names_the_broken_link_what_to_do_and_what_was_not_reached(
    tmp_path: Path, service: str, kind: str, words: str
) -> None:
    """S1-004, S1-081, S1-083."""
    async with House(tmp_path) as house:
        await house.settle()
        async with clerk_of(house) as clerk:
            house.sandbox.faults.inject(service, kind, None)
            await clerk.keys("f7", "c")
            assert clerk.sees("✗ Chorus Pro is not available, please try again later", words)
            assert clerk.sees("not reached") is (service == "token")
            house.sandbox.faults.clear()
            await clerk.keys("c")
            assert clerk.screen.count("✓ works") == 4


async def test_missing_credentials_are_told_as_operators_know_it_until_they_are_there(tmp_path: Path) -> None:
    """S1-081."""
    from msgspec import structs

    from chorus_tui.settings import Credentials

    async with House(tmp_path) as house:
        right = house.settings.connection
        nobody = structs.replace(right, credentials=Credentials())
        house.settings = structs.replace(house.settings, connection=nobody)
        await house.again()
        await house.settle()
        async with clerk_of(house) as clerk:
            assert "✗ Authentication information not present" in clerk.lines[0]
            await clerk.keys("f7")
            assert clerk.sees("Fill in the PISTE identifiers and the technical account, then sign in again.")
        house.settings = structs.replace(house.settings, connection=right)
        await house.again()
        await house.settle_all()
        async with clerk_of(house) as clerk:
            assert not clerk.sees("Authentication")
