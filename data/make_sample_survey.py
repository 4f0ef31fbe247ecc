"""Write the sample survey: the OpendTect survey file of the outline that is drawn on the map."""

from __future__ import annotations

import argparse
from pathlib import Path

import make_sample_map as sample

from geoindex import Survey


def main() -> None:
    """Write it into the folder of this script, or into --out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent)
    survey = Survey(
        inlines=sample.INLINES,
        crosslines=sample.CROSSLINES,
        x=(sample.A_X, sample.B_X, sample.C_X),
        y=(sample.A_Y, sample.B_Y, sample.C_Y),
        z=(100, 2100, 2, "depth"),
        name="Sample 3D",
    )
    survey.save(parser.parse_args().out / "sample.survey", overwrite=True)


if __name__ == "__main__":
    main()
