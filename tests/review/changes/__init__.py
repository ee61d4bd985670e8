"""Changes as people make them, as Terraform planned them against a deployed environment, and their verdicts."""
