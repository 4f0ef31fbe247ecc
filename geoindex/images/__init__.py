"""Images in: files, arrays and open datasets become blocks of 8-bit colors with a valid mask."""
