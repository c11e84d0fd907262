"""Parts that the benchmark, the endurance runs and the tests share; see README.md."""
