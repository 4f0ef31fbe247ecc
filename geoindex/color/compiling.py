"""What a program is told about kernels that have to be compiled; loads nothing heavy."""

from __future__ import annotations

__all__ = [
    "KERNEL_MODULES",
    "Listener",
    "listen",
    "tell_compiled",
    "tell_compiling",
    "tell_not_kept",
]

KERNEL_MODULES = (
    "geoindex.analysis.patch_kernels",
    "geoindex.analysis.ring_kernels",
    "geoindex.analysis.smoothing_kernels",
    "geoindex.clean.cores",
    "geoindex.clean.deciding",
    "geoindex.clean.kind_kernels",
    "geoindex.clean.mixing",
    "geoindex.clean.mixtures",
    "geoindex.clean.noting",
    "geoindex.clean.pooling",
    "geoindex.clean.restore.blend_kernels",
    "geoindex.clean.restore.ditherers",
    "geoindex.clean.restore.texture_kernels",
    "geoindex.clean.scan.cells",
    "geoindex.clean.scan.costs",
    "geoindex.clean.scan.coverage",
    "geoindex.clean.scan.junctions",
    "geoindex.clean.scan.light",
    "geoindex.clean.scan.lines",
    "geoindex.clean.scan.thin",
    "geoindex.clean.speckle",
    "geoindex.clean.thin_units",
    "geoindex.clean.unlisted",
    "geoindex.color.ciede2000",
    "geoindex.color.ciede2000_cells",
    "geoindex.color.counting_kernels",
    "geoindex.color.full_depth",
    "geoindex.color.metric_cells",
    "geoindex.color.metric_kernels",
    "geoindex.color.rgb_kernels",
    "geoindex.color.scattered",
    "geoindex.learn.color_areas",
    "geoindex.learn.gray.costs",
    "geoindex.learn.gray.moments",
    "geoindex.learn.gray.pixel_kernels",
    "geoindex.learn.kmeans.clusters",
    "geoindex.learn.kmeans.lloyd",
    "geoindex.learn.kmeans.swaps",
    "geoindex.learn.units.light_kernels",
    "geoindex.learn.units.peak_kernels",
    "geoindex.learn.units.window_kernels",
    "geoindex.report.patch_kernels",
    "geoindex.report.pyramid_kernels",
    "geoindex.surveys.cell_lines",
    "geoindex.surveys.resample_kernels",
    "geoindex.values.filling_kernels",
    "geoindex.values.growing_kernels",
    "geoindex.values.kernels",
    "geoindex.values.shading_kernels",
    "geoindex.values.spike_kernels",
)
"""Modules whose import compiles kernels, or loads their machine code."""


class Listener:
    """Does nothing; children tell the user."""

    def compiling(self, name: str) -> None:
        """Be told that a kernel is not on disk and is being compiled."""

    def compiled(self) -> None:
        """Be told that it is compiled."""

    def not_kept(self) -> None:
        """Be told that machine code cannot be kept, so that every process compiles again."""


_listener = Listener()


def listen(listener: Listener) -> None:
    """Tell of kernels to this listener from now on."""
    global _listener  # noqa: PLW0603  # one terminal
    _listener = listener


def tell_compiling(name: str) -> None:
    """Tell the listener that a kernel is being compiled."""
    _listener.compiling(name)


def tell_compiled() -> None:
    """Tell the listener that a kernel is compiled."""
    _listener.compiled()


def tell_not_kept() -> None:
    """Tell the listener that machine code cannot be kept."""
    _listener.not_kept()
