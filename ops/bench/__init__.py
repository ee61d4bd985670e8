"""`make bench`: how fast the environment synthesizes, tests, deploys and goes, written to docs/performance.md."""
