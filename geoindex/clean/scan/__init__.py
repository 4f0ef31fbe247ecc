"""Class recovery of scans and printed sheets: light, noise, overprint, and blurred contacts."""
