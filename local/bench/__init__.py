"""`./dev bench`: calls, CPU and cold start as figures that compare across machines, since each is a ratio in one run."""
