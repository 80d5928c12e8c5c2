"""The parts of the benchmark, each a module with a function `measure`."""
