"""What an environment costs in a month, before and after a plan."""
