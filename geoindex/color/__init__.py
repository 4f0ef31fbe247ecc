"""Color science on arrays: no files, no command line."""
