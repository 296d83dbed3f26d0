"""A few things at once."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

from chorus_tui.store import StoreError

T = TypeVar("T")


async def in_parallel(
    items: Iterable[T],
    work: Callable[[T], Coroutine[Any, Any, bool]],
    at_once: int,
    may_go_on: Callable[[], bool],
) -> int:
    """Do the work for each item, at most `at_once` at a time, while it may go on.

    An item that fails cuts off none of the others: what is under way ends, and the rest is worked on too,
    except where this machine itself is at fault (store, files). The first failure is raised at the end.

    Returns:
        How often the work answered that it did something.
    """
    queue = deque(items)
    done = 0
    failures: list[Exception] = []

    async def worker() -> None:
        nonlocal done
        while queue and may_go_on():
            try:
                done += await work(queue.popleft())
            except (StoreError, OSError) as error:
                failures.append(error)
                queue.clear()
            except Exception as error:
                failures.append(error)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, len(queue))):
            group.create_task(worker())
    if failures:
        raise failures[0]
    return done
