"""The service's image: built with the tool that is there, pushed to the environment's registry, deployed by digest."""
