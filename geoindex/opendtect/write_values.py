"""Write values on a survey as a horizon for OpendTect, with a float attribute."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from geoindex.errors import OutputError
from geoindex.files.number_text import texts_of_values
from geoindex.files.whole_files import output_set
from geoindex.opendtect.import_steps import steps_path, value_steps
from geoindex.opendtect.numbering import UNDEFINED_TEXT
from geoindex.opendtect.write_horizon import flat_depth, header_lines, horizon_lines
from geoindex.values.grid import ValueGrid

__all__ = ["save_values_on_survey"]

ATTRIBUTE = "Values"


def save_values_on_survey(path: Path, grid: ValueGrid, overwrite: bool) -> None:
    """Write a grid that is on a survey: a flat horizon that carries the values.

    Beside ``map.dat`` appears ``map.import.txt``, the clicks.

    Raises
    ------
    OutputError
        The grid no longer lies on its survey, or a file exists or cannot be written.
    """
    survey = grid.survey
    if survey is None:
        raise OutputError(
            f"{path}: the grid no longer lies on its survey; resample it again with "
            "grid.resample(survey)"
        )
    depth = flat_depth(None, survey.z)
    title = header_lines(ATTRIBUTE, xy=False)
    steps = steps_path(path)

    def endings(values: NDArray[np.float32]) -> tuple[NDArray[np.uint32], list[str]]:
        codes, texts = texts_of_values(values, UNDEFINED_TEXT)
        return codes, [f"{depth.z:.10g}\t{text.decode()}\n" for text in texts]

    with output_set(path, [steps], overwrite=overwrite) as files:
        with files.target.open("wb") as file:
            file.write(title.encode())
            for lines in horizon_lines(grid.values, survey, endings, xy=False):
                file.write(lines)
        text = value_steps(
            path,
            attribute=ATTRIBUTE,
            z=f"{depth.z:.10g} {depth.z_unit}".strip(),
            is_time=depth.z_unit == "ms",
            n_header_lines=title.count("\n"),
        )
        files[steps].write_bytes(text.encode())
