"""What others think of the environment: checkov and trivy of its plans, parliament of its policies, all offline."""
