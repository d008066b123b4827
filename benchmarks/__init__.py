"""Where the claims about speed come from: `make benchmarks`, or `python -m benchmarks --quick`."""
