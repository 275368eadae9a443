"""Timings with names, chosen from measurements that docs/streaming.md shows."""

from engine.messages import Timing

LOW_LATENCY = Timing(step_s=0.3, lookahead_s=0.3, memory_s=5.0)
BALANCED = Timing(step_s=0.5, lookahead_s=0.5, memory_s=5.0)
ACCURATE = Timing(step_s=1.0, lookahead_s=1.0, memory_s=10.0)

PRESETS: dict[str, Timing] = {
    "low-latency": LOW_LATENCY,
    "balanced": BALANCED,
    "accurate": ACCURATE,
}
