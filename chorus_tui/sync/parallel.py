"""A few things at once."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def in_parallel(
    items: Iterable[T],
    work: Callable[[T], Coroutine[Any, Any, bool]],
    at_once: int,
    may_go_on: Callable[[], bool],
) -> int:
    """Do the work for each item, at most `at_once` at a time, while it may go on.

    Returns:
        How often the work answered that it did something.
    """
    queue = deque(items)
    done = 0

    async def worker() -> None:
        nonlocal done
        while queue and may_go_on():
            done += await work(queue.popleft())

    async with asyncio.TaskGroup() as group:
        for _ in range(min(at_once, len(queue))):
            group.create_task(worker())
    return done
