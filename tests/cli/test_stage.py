"""The scene of the demo: what the console finds there before it asked anything."""

from pathlib import Path

from chorus_tui.cli import stage
from chorus_tui.domain.flow import FlowMode, Rejection
from chorus_tui.store import Store


def test_flows_that_no_invoice_tells_of_are_known_from_the_start(tmp_path: Path) -> None:
    """S2-013, S2-037, S2-039, S2-041: no service lists flows; the demo remembers those without invoices."""
    settings = stage.build(tmp_path, None, 1440.0).settings
    with Store.open(settings.folders.data) as store:
        known = {flow.number: flow for flow in store.flows}
    assert set(known) == {
        "CPP0011106000000000425899",
        "CPP0011117000000000425880",
        "ABC0011106000000000000902",
    }
    rejected = known["ABC0011106000000000000902"]
    assert (rejected.mode, rejected.connection, rejected.rejection) == (
        FlowMode.EDI,
        settings.edi[0].name,
        Rejection.COMPLETE,
    )


def test_a_demo_of_so_many_invoices_has_no_flows(tmp_path: Path) -> None:
    """A crowd of invoices is for measuring, and nothing beside it."""
    settings = stage.build(tmp_path, 50, 1440.0).settings
    with Store.open(settings.folders.data) as store:
        assert list(store.flows) == []


def test_the_demo_has_an_edi_gateway(tmp_path: Path) -> None:
    """S2-006, S2-016: its folders are there, and it is of the other structure."""
    settings = stage.build(tmp_path, None, 1440.0).settings
    (connection,) = settings.edi
    assert connection.drop.is_dir()
    assert connection.returns.is_dir()
    assert connection.issuer != settings.connection.structure
