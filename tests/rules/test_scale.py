"""The 0-1 versus 0-255 rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoindex.errors import OptionError
from geoindex.rules.scale import ScaleProblemError, to_uint8, uint16_to_uint8


def test_uint8_comes_back_uncopied() -> None:
    values = np.arange(6, dtype=np.uint8)
    assert to_uint8(values) is values


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_byte_survives_the_unit_scale(dtype: type) -> None:
    every = np.arange(256)
    np.testing.assert_array_equal(to_uint8((every / 255).astype(dtype)), every)


@pytest.mark.parametrize("dtype", [np.int16, np.int64, np.uint16, np.float32, np.float64])
def test_every_byte_survives_the_byte_scale(dtype: type) -> None:
    every = np.arange(256)
    np.testing.assert_array_equal(to_uint8(every.astype(dtype)), every)


def test_rounds_half_up() -> None:
    np.testing.assert_array_equal(to_uint8(np.array([1.5, 2.5, 2.4, 254.5])), [2, 3, 2, 255])
    np.testing.assert_array_equal(to_uint8(np.array([0.5 / 255, 0.5])), [1, 128])


def test_zeros_and_ones_are_unit_as_floats_but_bytes_as_integers() -> None:
    np.testing.assert_array_equal(to_uint8(np.array([0.0, 1.0])), [0, 255])
    np.testing.assert_array_equal(to_uint8(np.array([0, 1])), [0, 1])


def test_scale_decides() -> None:
    np.testing.assert_array_equal(to_uint8(np.array([0.0, 1.0]), scale="byte"), [0, 1])
    np.testing.assert_array_equal(to_uint8(np.array([0.4, 200.0]), scale="byte"), [0, 200])
    np.testing.assert_array_equal(to_uint8(np.array([0, 1]), scale="unit"), [0, 255])
    np.testing.assert_array_equal(
        to_uint8(np.array([0, 1], dtype=np.uint8), scale="unit"), [0, 255]
    )


@pytest.mark.parametrize(
    ("values", "scale", "reason", "position"),
    [
        ([0.2, 128.0], None, "0.2 looks like the 0-1 scale, but 128 elsewhere", (0,)),
        ([3.0, np.nan], None, "nan is not a number", (1,)),
        ([3.0, 256.0], None, "256 is outside 0..255", (1,)),
        ([3.0, np.inf], None, "inf is outside 0..255", (1,)),
        ([0.5, -0.1], None, r"-0.1 is outside 0\.\.1", (1,)),
        ([7, -1], None, "-1 is outside 0..255", (1,)),
        ([7, 300], None, "300 is outside 0..255", (1,)),
        ([0.5, 1.5], "unit", r"1.5 is outside 0\.\.1", (1,)),
    ],
)
def test_refuses(values: list, scale: str | None, reason: str, position: tuple) -> None:
    with pytest.raises(ScaleProblemError, match=reason) as caught:
        to_uint8(np.array(values), scale=scale)
    assert caught.value.position == position


def test_refuses_other_dtypes_and_scales() -> None:
    with pytest.raises(TypeError, match="must be integers or floats, found bool"):
        to_uint8(np.array([True]))
    with pytest.raises(OptionError, match="unknown scale 'percent'; known: unit, byte"):
        to_uint8(np.array([1]), scale="percent")


@given(st.integers(0, 65535))
def test_16_bit_values_are_rounded_to_the_nearest(value: int) -> None:
    result = int(uint16_to_uint8(np.array([value], dtype=np.uint16))[0])
    assert abs(value * 255 - result * 65535) * 2 < 65535
