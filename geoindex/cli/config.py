"""Options of a command from a TOML file, and to one."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import click

from geoindex.errors import OptionError
from geoindex.files.small_files import read_small
from geoindex.files.targets import check_target
from geoindex.files.whole_files import write_whole
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
                help="Read options from a TOML file; the command line overrides them. Paths are "
                "relative to the working folder.",
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
            ctx.meta[__name__] = Path(target), self._text(settings | given)
        return rest

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a configuration is written after a success."""
        result = super().invoke(ctx)
        if __name__ in ctx.meta:
            path, text = ctx.meta[__name__]
            overwrite = bool(ctx.params.get("overwrite"))
            write_whole(path, text.encode(), overwrite=overwrite)
        return result

    def _options(self) -> dict[str, click.Option]:
        """Options by their long names."""
        return {
            max(param.opts, key=len).removeprefix("--"): param
            for param in self.params
            if isinstance(param, click.Option) and param.name not in OWN
        }

    def _load(self, path: str) -> Settings:
        """Read settings, by the names of parameters."""
        content = read_small(Path(path), "configuration", error=OptionError)
        try:
            found = tomllib.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise OptionError(f"{path}: is not TOML ({error})") from None
        options = self._options()
        settings: Settings = {}
        for key, value in found.items():
            name = key.replace("_", "-")
            if name not in options:
                hint = did_you_mean(name, options)
                raise OptionError(f"{path}: geoindex {self.name} has no option {key!r}{hint}")
            try:
                settings[str(options[name].name)] = _as_given(options[name], value)
            except TypeError as error:
                raise OptionError(f"{path}: {key} must be {error}") from None
        return settings

    def _text(self, settings: Settings) -> str:
        """TOML of settings, in the order of the options."""
        lines = []
        for name, option in self._options().items():
            value = settings.get(str(option.name))
            if value is not None:
                # An option without its value, which some may have, is an object of the parser.
                known = isinstance(value, str | bool | list | tuple)
                lines.append(f"{name} = {_toml(value if known else option.flag_value)}")
        return "".join(f"{line}\n" for line in [f"# geoindex {self.name} --config", *lines])


def _as_given(option: click.Option, value: Any) -> Any:
    """Value as the command line gives it: true or false, a text, or a list of texts."""
    if option.is_flag:
        if not isinstance(value, bool):
            raise TypeError("true or false")
        return value
    depth = int(option.multiple) + int(option.nargs != 1)
    try:
        return _texts(value, depth)
    except TypeError:
        raise TypeError("a list of numbers or texts" if depth else "a number or a text") from None


def _texts(value: Any, depth: int) -> Any:
    """Texts of numbers and texts, in as many lists of lists; anything else is a TypeError."""
    if depth and isinstance(value, list):
        return [_texts(item, depth - 1) for item in value]
    if depth or isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    return str(value)


def _toml(value: Any) -> str:
    """TOML of a value; its texts are spelled as those of JSON."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise OptionError(
            f"{value!a}: is not UTF-8, so no configuration can hold it; rename the file"
        ) from None
    # The one control character that JSON leaves as it is.
    return text.replace("\x7f", "\\u007f")
