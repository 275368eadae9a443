"""SAT Studio's desktop program: Qt lives here and nowhere else."""

__version__ = "0.1.0"
