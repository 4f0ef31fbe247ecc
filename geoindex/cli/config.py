"""Options of a command from a TOML file, and to one."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import click

from geoindex.errors import OptionError
from geoindex.files.small_files import read_small
from geoindex.files.whole_files import check_target, write_whole
from geoindex.rules.suggestions import did_you_mean

__all__ = ["ConfiguredCommand"]

OWN = ("config", "save_config", "help")
"""Options that are not part of a configuration."""

Settings = dict[str, Any]


class ConfiguredCommand(click.Command):
    """A command with ``--config`` and ``--save-config``.

    A configuration has the long names of options as keys, ``max-distance = 30``. Options of the
    command line win.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.params += [
            click.Option(
                ["--config"],
                metavar="FILE",
                expose_value=False,
                help="Read options from a TOML file; the command line overrides them.",
            ),
            click.Option(
                ["--save-config"],
                metavar="FILE",
                expose_value=False,
                help="Write the options of this run to a TOML file for --config.",
            ),
        ]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line, with the options of the configuration as defaults."""
        given, _, _ = self.make_parser(ctx).parse_args(args=list(args))
        settings: Settings = {}
        if given.get("config") is not None:
            settings = self._load(given["config"])
            ctx.default_map = {**(ctx.default_map or {}), **settings}
        rest = super().parse_args(ctx, args)
        target = given.get("save_config")
        if target is not None:
            # It is written last, over whatever else has been given its name.
            if Path(target).suffix.lower() != ".toml":
                raise OptionError(f"{target}: configurations are written as .toml")
            check_target(Path(target), overwrite=bool(ctx.params.get("overwrite")))
            ctx.meta[__name__] = Path(target), settings | given
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a configuration is written after a success."""
        result = super().invoke(ctx)
        if __name__ in ctx.meta:
            path, settings = ctx.meta[__name__]
            overwrite = bool(ctx.params.get("overwrite"))
            write_whole(path, self._text(settings).encode(), overwrite=overwrite)
        return result

    def _options(self) -> dict[str, str]:
        """Long name of each option by the name of its parameter."""
        return {
            param.name: max(param.opts, key=len).removeprefix("--")
            for param in self.params
            if isinstance(param, click.Option) and param.name and param.name not in OWN
        }

    def _load(self, path: str) -> Settings:
        """Read settings, by the names of parameters."""
        content = read_small(Path(path), "configuration", error=OptionError)
        try:
            found = tomllib.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise OptionError(f"{path}: is not TOML ({error})") from None
        names = {option: name for name, option in self._options().items()}
        settings: Settings = {}
        for key, value in found.items():
            option = key.replace("_", "-")
            if option not in names:
                hint = did_you_mean(option, names)
                raise OptionError(f"{path}: geoindex {self.name} has no option {key!r}{hint}")
            if isinstance(value, dict) or not _is_plain(value):
                raise OptionError(
                    f"{path}: {key} must be a number, a text, true or false, or a list of them"
                )
            settings[names[option]] = value
        return settings

    def _text(self, settings: Settings) -> str:
        """TOML of settings, in the order of the options."""
        lines = [
            f"{option} = {_toml(settings[name])}"
            for name, option in self._options().items()
            if settings.get(name) is not None
        ]
        return "".join(f"{line}\n" for line in [f"# geoindex {self.name} --config", *lines])


def _is_plain(value: Any) -> bool:
    plain = (str, int, float)
    # Options that are repeated have a list, and those of several numbers a list of lists.
    return isinstance(value, plain) or (isinstance(value, list) and all(map(_is_plain, value)))


def _toml(value: Any) -> str:
    """TOML of a value; its texts are spelled as those of JSON."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
