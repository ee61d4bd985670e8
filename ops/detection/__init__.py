"""What is proven of detection before a deployment: metrics that exist, messages that arrive, zones that may fail."""
