"""The process that makes files and looks into them."""

from collections.abc import Callable
from typing import Any

from chorus_tui.composing import archives, inspecting, making
from chorus_tui.composing.protocol import Answer, Inspect, Job, Make, Pack, Troubled, Unpack, decode_job
from chorus_tui.composing.verdicts import Flawed
from chorus_tui.intake.protocol import Refused
from chorus_tui.intake.reading import Fault, Unreadable
from chorus_tui.intake.serving import serve

_DOERS: dict[type, Callable[[Any], Answer]] = {
    Make: making.make,
    Pack: archives.pack,
    Unpack: archives.unpack,
    Inspect: inspecting.inspect,
}


def answer(job: Job) -> Answer | Refused:
    """What is answered to a job, whatever the file does."""
    try:
        return _DOERS[type(job)](job)
    except Flawed as error:
        return error.flaw
    except archives.Hostile as error:
        return Troubled(error.trouble)
    except Unreadable as error:
        return Refused(error.fault)
    except MemoryError:
        return Refused(Fault.MEMORY)
    except OSError:
        return Refused(Fault.DISK)
    except Exception:  # pypdf and the factur-x library raise anything on a damaged file
        return Refused(Fault.DAMAGED)


def main() -> None:
    """Serve until the console goes away."""
    serve(decode_job, answer)


if __name__ == "__main__":
    main()
