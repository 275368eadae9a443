"""The process is settled as the program settles it, before any fixture imports torch."""

from engine import process

process.prepare()
