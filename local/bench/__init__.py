"""`./dev bench`: calls, CPU and cold start as ratios within one run, so that they compare across machines."""
