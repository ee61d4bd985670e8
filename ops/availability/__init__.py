"""A lab of real parts that breaks the running service on purpose, and counts what its users notice of it."""
