"""What turns an offline network into a live one: segments and windows; no threads, no devices."""
