"""``python -m geoindex``: the command line."""

from geoindex.cli import main

if __name__ == "__main__":
    main()
