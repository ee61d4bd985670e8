"""Game days: do something to an environment that it is built to survive, and measure how it does."""
