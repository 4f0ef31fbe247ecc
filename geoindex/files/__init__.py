"""How files appear whole or not at all, small files, JSON text, and the nouns' door to files."""
