"""A process that converts sheets: reads tasks from standard input, writes outcomes to output.

Both are pickles; only the parent, which started this process, is at the other end of the pipes.
"""

from __future__ import annotations

import _thread
import gc
import os
import pickle
import signal
import sys
from queue import SimpleQueue
from threading import Thread
from typing import Any, BinaryIO

from geoindex.batch.job import Chunk, SheetJob, convert_sheet
from geoindex.color.threads import limit_threads

__all__ = ["main"]


def main() -> None:
    """Convert sheets until the parent sends None or is gone."""
    # Only outcomes may enter the pipe; everything else that is printed goes to stderr.
    outcomes = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    # The parent handles interrupts; SystemExit lets partial files be removed.
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    chunks: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_receive, args=(sys.stdin.buffer, chunks), daemon=True).start()
    code = 1
    try:
        job, n_threads = chunks.get()
        limit_threads(n_threads)
        _send(None, outcomes)
        _work(job, chunks, outcomes)
        code = 0
    except (SystemExit, BrokenPipeError):
        # The parent ends this process, or is gone.
        pass
    finally:
        # A normal exit would wait for the thread that reads standard input.
        sys.stderr.flush()
        os._exit(code)


def _work(job: SheetJob, chunks: SimpleQueue[Chunk | None], outcomes: BinaryIO) -> None:
    """Convert sheet by sheet, so that the parent knows which one a crash belongs to."""
    while (chunk := chunks.get()) is not None:
        for task in chunk:
            _send(convert_sheet(job, task), outcomes)
        if not gc.get_freeze_count():
            # What the first sheets have loaded stays; to look through it for garbage again and
            # again took 7 % of the time of small sheets.
            gc.freeze()


def _receive(stream: BinaryIO, chunks: SimpleQueue[Any]) -> None:
    """Receive what the parent sends, and end the process when the parent ends."""
    message: Any = ()
    try:
        while message is not None:
            message = pickle.load(stream)  # noqa: S301  from the parent
            chunks.put(message)
    except Exception as error:  # noqa: BLE001  what cannot be unpickled raises anything
        if not isinstance(error, (EOFError, pickle.UnpicklingError)):
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
        # As if SIGTERM had come: also in the middle of a sheet.
        _thread.interrupt_main(signal.SIGTERM)
        chunks.put(None)


def _send(message: Any, stream: BinaryIO) -> None:
    pickle.dump(message, stream)
    stream.flush()


if __name__ == "__main__":
    main()
