"""Times as people read them."""


def clock_text(time_s: float, decimals: int = 0) -> str:
    """Return a time as m:ss or h:mm:ss, with as many decimals of a second as asked."""
    unit = 10**decimals
    ticks = int(time_s * unit + 1e-6)
    whole_s, rest = divmod(ticks, unit)
    minutes, secs = divmod(whole_s, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"
    return f"{text}.{rest:0{decimals}d}" if decimals else text
