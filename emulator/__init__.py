"""The embedded AWS: moto's server, plus the calls that the environment needs and moto lacks."""
