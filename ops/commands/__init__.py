"""The commands. Each reads its arguments, enters the environment, and hands over to the module that does the work."""
