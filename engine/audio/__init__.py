"""Sound in: files and synthetic sources, the ring between threads, resampling."""
