"""Whatever is deposited, in whatever order and however damaged: no number twice, and an answer every time."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from chorus_tui.sandbox import Sandbox
from chorus_tui.sandbox.flow_contents import look_into
from tests import flows
from tests.sandbox.caller import clock_of, new_sandbox

SYNTAXES = (flows.CII, flows.UBL, flows.FACTURX, flows.CII_MIN, flows.UBL_MIN, flows.CPP_MIN, "IN_DP_E1_XCBL")
BASES = (
    flows.cii(),
    flows.ubl(),
    flows.factur_x(),
    flows.with_pdf(flows.ubl()),
    flows.cpp_minimal("F-1", "F-2"),
    flows.lot("F-1", "F-2"),
    flows.archive([("a.pdf", flows.factur_x())]),
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A file of a flow with pieces of it cut out, doubled or overwritten."""
    content = bytearray(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(content)))
        to = min(len(content), at + draw(st.integers(0, 200)))
        content[at:to] = draw(st.one_of(st.binary(max_size=20), st.just(bytes(content[at:to]) * 2)))
    return bytes(content)


@settings(max_examples=150, deadline=None)
@given(content=st.one_of(damaged(), st.binary(max_size=80)), syntax=st.sampled_from(SYNTAXES))
def test_a_damaged_file_is_answered(content: bytes, syntax: str) -> None:
    """S2-039: invoices or technical errors, never both and never nothing."""
    found = look_into(content, syntax)
    assert bool(found.invoices) is not bool(found.errors)
    assert all(error.label.startswith("IRRECEVABILITE") for error in found.errors)


NUMBERS = [f"F-{index}" for index in range(5)]
SUPPLIERS = ("83990121200010", "83990121200028", "99999999999999")
ONE = st.tuples(st.sampled_from(NUMBERS), st.sampled_from(SUPPLIERS), st.sampled_from(["30", ""]))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("deposit"), st.lists(ONE, min_size=1, max_size=4), st.booleans()),
        st.tuples(st.just("turn"), st.sampled_from([5, 30, 61]), st.booleans()),
        st.tuples(st.just("incident"), st.integers(0, 3), st.booleans()),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_no_number_is_integrated_twice(steps: list[tuple[str, object, bool]]) -> None:
    """S2-043, S2-075, S2-076: every invoice is integrated or refused, once; complete rejection takes none."""
    sandbox = new_sandbox()
    for kind, what, complete in steps:
        if kind == "deposit":
            _deposit(sandbox, what, complete=complete)  # type: ignore[arg-type]
        elif kind == "turn":
            clock_of(sandbox).turn(timedelta(seconds=what))  # type: ignore[arg-type]
            sandbox.advance()
        elif len(sandbox.flows):
            flow = sandbox.flows.all()[what % len(sandbox.flows)]  # type: ignore[operator]
            if not flow.integrated:
                sandbox.flows.incident(flow.number)
    clock_of(sandbox).turn(timedelta(seconds=61))
    sandbox.advance()
    _holds(sandbox)
    sandbox.close()


def _deposit(sandbox: Sandbox, invoices: list[tuple[str, str, str]], *, complete: bool) -> None:
    members = [
        (f"{index}.xml", flows.ubl(number, supplier=supplier, means=means))
        for index, (number, supplier, means) in enumerate(invoices)
    ]
    contents = look_into(flows.archive(members), flows.UBL)
    rejection = "complete" if complete else "partial"
    sandbox.flows.take(contents, name="lot.tar.gz", syntax=flows.UBL, rejection=rejection)


def _holds(sandbox: Sandbox) -> None:
    taken: set[tuple[str, str]] = set()
    for flow in sandbox.flows:
        rows = [invoice.row for one in flow.integrated if (invoice := sandbox.invoices.get(one))]
        keys = [(row.code_fournisseur, row.numero_facture) for row in rows]
        assert not taken & set(keys)
        assert len(keys) == len(set(keys))
        taken |= set(keys)
        sent = len(flow.contents.invoices)
        match flow.state:
            case "IN_INTEGRE":
                assert (len(rows), len(flow.refusals)) == (sent, 0)
            case "IN_INTEGRE_PARTIEL":
                assert flow.rejection == "partial"
                assert 0 < len(flow.refusals) == sent - len(rows) < sent
            case "IN_REJETE":
                assert rows == []
                assert flow.refusals
            case state:
                assert (state, rows) == ("IN_INCIDENTE", [])
    assert len(taken) == sum(
        1 for number in NUMBERS for held in sandbox.invoices.numbered(number) if held.row.numero_flux_depot
    )
