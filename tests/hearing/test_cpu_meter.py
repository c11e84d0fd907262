"""The CPU meter adds up what the current thread computes, and nothing else."""

import time

from voice_guide.hearing.cpu_meter import CpuMeter


def compute(for_s: float) -> None:
    until_s = time.thread_time() + for_s
    while time.thread_time() < until_s:
        pass


def test_cpu_meter_adds_up_several_blocks_and_counts_the_running_one() -> None:
    meter = CpuMeter()
    for _ in range(2):
        meter.start()
        compute(0.005)
        meter.stop()
    compute(0.02)
    meter.start()
    compute(0.005)
    assert 15 <= meter.total_ms < 30


def test_cpu_meter_does_not_count_waiting() -> None:
    meter = CpuMeter()
    meter.start()
    time.sleep(0.03)
    assert meter.total_ms < 10


def test_cpu_meter_starts_at_zero_after_a_reset() -> None:
    meter = CpuMeter()
    meter.start()
    compute(0.002)
    meter.reset()
    assert meter.total_ms == 0
