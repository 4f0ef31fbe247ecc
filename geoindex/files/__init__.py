"""How files appear whole or not at all, JSON text, and the door from the nouns to files."""
