"""The command line: what a person does to an environment. `python -m ops --help` lists it."""
