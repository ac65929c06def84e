"""Attacks on a demo portal of one's own with programs that look for holes: `scripts/attack.sh`."""
