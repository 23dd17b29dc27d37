"""Measures everything; progress on stderr, one JSON object on stdout."""

import argparse
import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

from local.bench.cold_start import measure_cold_start
from local.bench.path import PathBench
from local.stack.running import running_stack

BATCHES = (1, 10, 100)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks."""
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the growth to 10,000 orders")
    options = parser.parse_args(arguments)
    figures: dict[str, object] = {}
    say("cold start: receive_webhook against a bare botocore SQS client")
    figures["receive_init_vs_botocore"] = measure_cold_start(say)
    # The functions log to stdout, as Lambda wants it; here stdout is for the result alone.
    with running_stack() as stack, Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):
        bench = PathBench(stack, say)
        figures["receive_warm_cpu_ms"] = bench.receive_warm_cpu_ms()
        calls: dict[str, float] = {}
        ratios: dict[str, float] = {}
        for batch in BATCHES:
            say(f"the whole path in batches of {batch}")
            calls[str(batch)], ratios[str(batch)] = bench.path_against_bare(batch)
        figures["salesforce_calls_per_order"] = calls
        figures["cpu_per_order_vs_bare"] = ratios
        if not options.quick:
            say("growth from 1,000 to 10,000 orders")
            figures["growth_1k_to_10k"] = bench.growth()
    print(json.dumps(figures))
    return 0


def say(text: str) -> None:
    """Progress."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
