"""`ops plan`: all layers as one configuration, what would change in them, and how a person reads it."""
